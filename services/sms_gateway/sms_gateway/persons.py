"""One person in the gateway: the texts to and from her phones, given to her or forgotten."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.persons import Person, PersonErasure, PersonPage, PersonRecord
from fairlead.erasing import Sweep, Traces

from .store import persons as store
from .store.tables import Base, ConnectionRow, TextRow

_SWEEP = Sweep(Base, spared=[ConnectionRow])


def export(session: Session, person: Person, cursor: str | None) -> PersonPage:
    """The texts that went to her; what she wrote the inbox has."""
    rows = store.texts(session, _numbers(person), UUID(cursor) if cursor else None)
    records = [PersonRecord(kind="text", at=row.queued_at, data=_told(row)) for row in rows]
    more = len(rows) == store.AT_ONCE
    return PersonPage(records=records, cursor=str(rows[-1].id) if more else None)


def erase(session: Session, person: Person, cursor: str | None) -> PersonErasure:
    """Her numbers, then every table."""
    if cursor is None:
        changed = store.forget(session, _numbers(person), dt.datetime.now(dt.UTC))
        return PersonErasure(changed=changed, cursor="sweep:")
    swept = _SWEEP.step(session, Traces(person.words), cursor.partition(":")[2] or None)
    next = None if swept.cursor is None else f"sweep:{swept.cursor}"
    return PersonErasure(changed=len(swept.rows), cursor=next)


def _told(row: TextRow) -> dict[str, object]:
    return {
        "message_id": str(row.message_id),
        "number": row.number,
        "text": row.text,
        "parts": row.parts,
        "status": row.status,
    }


def _numbers(person: Person) -> list[str]:
    """Her numbers as carriers write them, with and without a plus."""
    phones = [each for each in person.addresses if "@" not in each]
    return list(dict.fromkeys([*phones, *(each.lstrip("+") for each in phones)]))
