"""Whose turn it is to leave."""

from __future__ import annotations

import datetime as dt
import random
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import insert_into

from ..domain.pace import Rate, turn
from .tables import PaceRow

NUMBER = ""  # the key of a number's own turn


def take(session: Session, connection_id: UUID, rates: dict[str, Rate], now: dt.datetime) -> float:
    """Take the turn of each key if all have one now; else take none, and return the seconds until
    they do."""
    rows = [
        (_locked(session, connection_id, key, now), rate) for key, rate in sorted(rates.items())
    ]
    turns = [turn(row.next_at, now, rate, random.random()) for row, rate in rows]  # noqa: S311
    wait = max(each.wait for each in turns)
    if not wait:
        for (row, _), each in zip(rows, turns, strict=True):
            row.next_at = each.next_at
    return wait


def slow(session: Session, connection_id: UUID, key: str, until: dt.datetime) -> None:
    """Nothing leaves by this number, or to this chat, until a moment."""
    row = _locked(session, connection_id, key, until)
    row.next_at = max(row.next_at, until)


def _locked(session: Session, connection_id: UUID, key: str, now: dt.datetime) -> PaceRow:
    session.execute(
        insert_into(session, PaceRow)
        .values(connection_id=connection_id, key=key, next_at=now)
        .on_conflict_do_nothing()
    )
    return session.scalars(
        sa.select(PaceRow)
        .where(PaceRow.connection_id == connection_id, PaceRow.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
