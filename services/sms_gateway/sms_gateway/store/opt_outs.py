"""Numbers that want no texts."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import Order, Page, insert_into, page

from .tables import OptOutRow

_NEWEST = Order(OptOutRow.at.desc(), OptOutRow.number.desc())


def has_stopped(session: Session, number: str) -> bool:
    """Whether the number wants no texts."""
    return session.scalar(sa.select(OptOutRow.number).where(OptOutRow.number == number)) is not None


def stop(session: Session, number: str, word: str, now: dt.datetime) -> bool:
    """No more texts to this number; returns whether that is new."""
    inserted = session.execute(
        insert_into(session, OptOutRow)
        .values(number=number, word=word[:100], at=now)
        .on_conflict_do_nothing()
        .returning(OptOutRow.number)
    )
    return inserted.first() is not None


def start(session: Session, number: str) -> None:
    """Texts again."""
    session.execute(sa.delete(OptOutRow).where(OptOutRow.number == number))


def listed(session: Session, *, cursor: str | None, limit: int) -> Page[OptOutRow]:
    """A page of them, the newest first."""
    return page(session, sa.select(OptOutRow), _NEWEST, cursor=cursor, limit=limit)
