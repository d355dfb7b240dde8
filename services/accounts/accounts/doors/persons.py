"""What is asked of accounts about a contact."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.persons import Person, PersonErasure, PersonPage, PersonRecord
from fairlead.erasing import Sweep, Traces
from fairlead.service import Store, rpc

from ..store import audit, persons
from ..store.attempts import AttemptRow
from ..store.audit import AuditHeadRow, AuditRow
from ..store.factors import FactorRow
from ..store.history import SettingsRow
from ..store.ledger import BalanceRow, PriceListRow, ReservationRow
from ..store.links import LinkRow, ResetRequestRow
from ..store.mailing import ChoiceRow, RoundRow
from ..store.people import OrganisationRow, UserRow
from ..store.schema import Base
from ..store.sessions import SessionRow, TokenRow
from ..views import audit_entry_of

ENTRIES_AT_ONCE = 200


def _forget_words(session: Session, row: AuditRow, traces: Traces) -> bool:
    """Nothing of an entry is ever written, but its words may go; who did what and when stays."""
    had = row.words is not None
    row.words = row.searched = None
    return had


# Who works here is nobody to be forgotten by this road.
_OUR_OWN = (
    OrganisationRow, UserRow, SessionRow, TokenRow, FactorRow, LinkRow, ChoiceRow, RoundRow,
    AttemptRow, ResetRequestRow, AuditHeadRow, SettingsRow, BalanceRow,
    ReservationRow, PriceListRow,
)  # fmt: skip
_SWEEP = Sweep(Base, spared=_OUR_OWN, treated={AuditRow: _forget_words})


class Persons:
    """The log and the notifications about a contact."""

    store = Store()

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        """What was recorded about her."""
        with self.store.reading() as session:
            found = persons.entries(
                session, person.contact_ids, cursor=cursor, limit=ENTRIES_AT_ONCE
            )
            records = [
                PersonRecord(kind="audit_entry", at=row.at, data=_plain(audit_entry_of(row)))
                for row in found.items
            ]
            return PersonPage(records=records, cursor=found.next)

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        """Take the words about her out of the log, and her name out of all others."""
        with self.store.transaction() as session:
            if cursor is None:
                changed = sum(audit.erase(session, each) for each in person.contact_ids)
                changed += persons.drop_notifications(session, person.contact_ids)
                return PersonErasure(changed=changed, cursor="sweep:")
            swept = _SWEEP.step(session, Traces(person.words), cursor.partition(":")[2] or None)
            next = None if swept.cursor is None else f"sweep:{swept.cursor}"
            return PersonErasure(changed=len(swept.rows), cursor=next)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        """Remove what employees were told of messages that are no more."""
        with self.store.transaction() as session:
            changed = persons.drop_notifications(session, ids)
            return PersonErasure(changed=changed, cursor=None)


def _plain(thing: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(thing, str_keys=True)
    return plain
