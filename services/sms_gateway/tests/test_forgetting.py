"""What carriers brought is kept as it came for some weeks, and no longer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from fairlead.store import new_id
from fairlead.testing.bus import Home
from sms_gateway.store.tables import CallbackRow, IncomingRow

from .hosting import OURS, running

pytestmark = pytest.mark.green


def test_what_was_understood_long_ago_is_forgotten(home: Home) -> None:
    now = dt.datetime.now(dt.UTC)
    ages = {"old": now - dt.timedelta(days=31), "young": now - dt.timedelta(days=29)}
    with running(home) as (world, _), world.database("sms_gateway").transaction(OURS) as session:
        for name, at in ages.items():
            common: dict[str, Any] = {
                "connection_id": new_id(), "received_at": at, "due_at": at, "done_at": at,
            }  # fmt: skip
            session.add(
                IncomingRow(
                    session="", source=name, destination="", octets=b"", data_coding=0,
                    fingerprint="", reference=None, **common,
                )
            )  # fmt: skip
            session.add(
                CallbackRow(key=name, number=name, url="", content_type="", body=b"", **common)
            )
    with running(home) as (world, _):

        def kept() -> list[str]:
            with world.database("sms_gateway").reading(OURS) as session:
                texts = session.scalars(sa.select(IncomingRow.source)).all()
                return [*texts, *session.scalars(sa.select(CallbackRow.number))]

        world.wait_for(lambda: kept() == ["young", "young"])
