"""One person in what webhooks told: given to her, or forgotten."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.persons import Person, PersonErasure, PersonPage, PersonRecord
from fairlead.erasing import ERASED_NAME, Sweep, Traces

from . import store
from .store import Base, WebhookRow

AT_ONCE = 100
_SWEEP = Sweep(Base, spared=[WebhookRow])


def export(session: Session, person: Person, cursor: str | None) -> PersonPage:
    """What was told of her, each as it was sent."""
    after = UUID(cursor) if cursor else None
    rows = store.mentioning(session, person.contact_ids, ERASED_NAME, after, AT_ONCE)
    records = [
        PersonRecord(
            kind="webhook_delivery",
            at=row.created_at,
            data={"event": row.event.value, "body": msgspec.json.decode(row.body)},
        )
        for row in rows
    ]
    more = len(rows) == AT_ONCE
    return PersonPage(records=records, cursor=str(rows[-1].id) if more else None)


def erase(session: Session, person: Person, cursor: str | None) -> PersonErasure:
    """Forget what was told of her, or is to be; then her name in every table.

    What tells that she was erased has the words for it, and stays: her copy at the other end is to
    go too.
    """
    phase, _, rest = (cursor or "deliveries").partition(":")
    if phase == "deliveries":
        rows = store.mentioning(session, person.contact_ids, ERASED_NAME, None, AT_ONCE)
        store.remove_deliveries(session, [row.id for row in rows])
        next = "deliveries" if len(rows) == AT_ONCE else "sweep:"
        return PersonErasure(changed=len(rows), cursor=next)
    swept = _SWEEP.step(session, Traces(person.words), rest or None)
    follows = None if swept.cursor is None else f"sweep:{swept.cursor}"
    return PersonErasure(changed=len(swept.rows), cursor=follows)
