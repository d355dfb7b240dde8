"""What networks brought is kept as it came for some weeks, and no longer."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from fairlead.testing.bus import Home
from whatsapp_gateway.store.tables import IncomingRow

from .running import OURS, PHONE, received, running, sandbox

pytestmark = pytest.mark.green


def test_what_was_understood_long_ago_is_forgotten_and_its_message_stays(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        for text in ("Long ago", "Lately"):
            gateway.sandbox_chat_write(address=PHONE, text=text)
        received(world, 2)
        store = world.database("whatsapp_gateway")

        def done() -> list[IncomingRow]:
            with store.reading(OURS) as session:
                wanted = sa.select(IncomingRow).where(IncomingRow.done_at.is_not(None))
                return list(session.scalars(wanted.order_by(IncomingRow.id)))

        world.wait_for(lambda: len(done()) == 2)
        old, young = done()
        with store.transaction(OURS) as session:
            past = dt.datetime.now(dt.UTC) - dt.timedelta(days=8, seconds=1)
            row = sa.update(IncomingRow).where(IncomingRow.id == old.id)
            session.execute(row.values(done_at=past, received_at=past))
    with running(home, FAIRLEAD_WHATSAPP_RAW_DAYS="8") as (world, gateway):
        store = world.database("whatsapp_gateway")

        def kept() -> list[bytes]:
            with store.reading(OURS) as session:
                return list(session.scalars(sa.select(IncomingRow.body)))

        world.wait_for(lambda: kept() == [young.body])
        with store.transaction(OURS) as session:  # the network brings it once more, very late
            now = dt.datetime.now(dt.UTC)
            again = IncomingRow(
                connection_id=old.connection_id, form=old.form, body=old.body, received_at=now,
                due_at=now, attempts=0,
            )  # fmt: skip
            session.add(again)
            session.flush()
            id = again.id
        gateway.sandbox_chat_write(address=PHONE, text="Now")
        assert [each.text for each in received(world)] == ["Now"]
        with store.reading(OURS) as session:
            assert session.get_one(IncomingRow, id).done_at is not None
