"""Numbers that want no texts."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.sms_gateway import OptOut
from fairlead.store import Order, Page, insert_into, page

from ..domain.senders import spellings
from .tables import OptOutRow

_NEWEST = Order(OptOutRow.at.desc(), OptOutRow.number.desc())


def of(session: Session, number: str) -> OptOut | None:
    """The opt-out of a number that wants no texts, however its carrier wrote it."""
    row = session.scalars(
        sa.select(OptOutRow)
        .where(OptOutRow.number.in_(spellings(number)))
        .order_by(OptOutRow.at, OptOutRow.number)
        .limit(1)
    ).first()
    return None if row is None else view_of(row)


def view_of(row: OptOutRow) -> OptOut:
    """A row as the contract has it."""
    return OptOut(number=row.number, word=row.word, at=row.at)


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
    """Texts again, by whichever carrier he stopped them."""
    session.execute(sa.delete(OptOutRow).where(OptOutRow.number.in_(spellings(number))))


def listed(session: Session, *, cursor: str | None, limit: int) -> Page[OptOutRow]:
    """A page of them, the newest first."""
    return page(session, sa.select(OptOutRow), _NEWEST, cursor=cursor, limit=limit)
