"""One person in the gateway: the messages to her, what was brought of her; given, or forgotten."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.persons import Person, PersonErasure, PersonPage, PersonRecord
from fairlead.erasing import Sweep, Traces

from .domain import addresses
from .store import persons as store
from .store.tables import Base, ConnectionRow, IncomingRow, MessageRow

_SWEEP = Sweep(Base, spared=[ConnectionRow, IncomingRow])


def export(session: Session, person: Person, cursor: str | None) -> PersonPage:
    """The messages that went to her; what she wrote the inbox has."""
    rows = store.messages(session, _keys(session, person), UUID(cursor) if cursor else None)
    records = [
        PersonRecord(
            kind="whatsapp_message",
            at=row.queued_at,
            data=_told(row),
            files=list(row.queued.attachments),
        )
        for row in rows
    ]
    more = len(rows) == store.AT_ONCE
    return PersonPage(records=records, cursor=str(rows[-1].id) if more else None)


def erase(session: Session, person: Person, cursor: str | None) -> PersonErasure:
    """Her chats, then what networks brought of her, then every table."""
    phase, _, place = (cursor or "chats:").partition(":")
    if phase == "chats":
        keys = _keys(session, person)
        changed = store.forget_amendments(session, keys)
        changed += store.forget(session, keys, dt.datetime.now(dt.UTC))
        return PersonErasure(changed=changed, cursor="raw:")
    if phase == "raw":
        words = [*_keys(session, person), *person.words]
        changed, last = store.forget_raw(session, words, UUID(place) if place else None)
        return PersonErasure(changed=changed, cursor=f"raw:{last}" if last else "sweep:")
    swept = _SWEEP.step(session, Traces(person.words), place or None)
    next = None if swept.cursor is None else f"sweep:{swept.cursor}"
    return PersonErasure(changed=len(swept.rows), cursor=next)


def _told(row: MessageRow) -> dict[str, object]:
    return {
        "message_id": str(row.message_id),
        "address": row.queued.address,
        "text": row.queued.text,
        "status": row.status,
    }


def _keys(session: Session, person: Person) -> list[str]:
    """The keys of her chats."""
    known = [addresses.key(each) for each in person.addresses if not _is_mail(each)]
    return store.keys(session, list(dict.fromkeys(known)))


def _is_mail(address: str) -> bool:
    return "@" in address and not address.endswith(("@lid", "@g.us"))
