"""What somebody decided to be told: the history of it, and what holds."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.consents import Consent, decided
from fairlead.context import current
from fairlead.store import new_id

from . import book
from .domain.person import clean_line
from .store.tables import ConsentRow, ContactRow


def decide(session: Session, row: ContactRow, consent: Consent, note: str) -> bool:
    """Write a decision down; returns whether another holds now."""
    who = current()
    session.add(
        ConsentRow(
            id=new_id(),
            contact_id=row.id,
            consent=consent,
            note=clean_line(note),
            recorded_by=who.user,
            recorded_by_name=who.user_name or "",
            recorded_at=dt.datetime.now(dt.UTC),
        )
    )
    now = decided(row.consents, consent)
    if now == row.consents:
        return False
    row.consents = now
    book.touch(row)
    return True
