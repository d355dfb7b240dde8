"""Numbers that want no texts."""

from __future__ import annotations

import datetime as dt
import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.sms_gateway import OptOut
from fairlead.store import Order, Page, insert_into, page

from ..domain.senders import spellings
from .tables import OptOutRow

_OTHER = re.compile("[^0-9]+")
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


def start(session: Session, number: str) -> bool:
    """Texts again, by whichever carrier he stopped them; returns whether he had."""
    ended = session.scalars(
        sa.delete(OptOutRow)
        .where(OptOutRow.number.in_(spellings(number)))
        .returning(OptOutRow.number)
    )
    return ended.first() is not None


def listed(
    session: Session, *, number: str | None, cursor: str | None, limit: int
) -> Page[OptOutRow]:
    """A page of them, the newest first; of a `number`, or of those that have its digits."""
    statement = sa.select(OptOutRow)
    if number is not None:
        statement = statement.where(_fits(number))
    return page(session, statement, _NEWEST, cursor=cursor, limit=limit)


def _fits(written: str) -> sa.ColumnElement[bool]:
    digits = _OTHER.sub("", written)
    if not digits:
        return OptOutRow.number == written
    # A carrier may have written it as it is called inside its country, which is less than is asked.
    return sa.or_(
        OptOutRow.number.in_(spellings(digits)),
        OptOutRow.number.contains(digits.removeprefix("00")),
    )
