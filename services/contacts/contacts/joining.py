"""Addresses that a channel learnt to be one person's: one contact has them all from then on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from contracts.contacts import Contact, ContactChanged, ContactKind, ContactMerged
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.errors import Conflict

from . import book, merging
from .domain import person
from .domain.address import Address
from .store import contacts as store
from .store.tables import ContactRow
from .views import contact_of


def resolve(session: Session, where: Sequence[Address], name: str) -> Contact:
    """Whose addresses these are, or a new contact's. Contacts who have one of them each become
    part of the one that is known best."""
    owners = {row.id: row for each in where if (row := store.owner(session, each.key, lock=True))}
    known = sorted(owners.values(), key=_weight)
    for other in known[1:]:
        _join(session, known[0], other)
    row, changed = book.resolve(session, where[0], name)
    for each in where[1:]:
        owner = store.owner(session, each.key, lock=True)
        # One that is another's for good, as that of a company's own entry, stays his.
        is_free = owner is None and len(row.identities) < person.MOST_IDENTITIES
        if is_free or (owner is not None and owner.id == row.id):
            changed = book.give(row, each) or changed
    session.flush()
    contact = contact_of(row)
    if changed:
        book.set_marks(session, row)
        publish(session, ContactChanged(contact=contact))
    return contact


def _weight(row: ContactRow) -> tuple[bool, bool, object]:
    """What was decided about somebody by a person counts, then how long he is known."""
    return row.kind is ContactKind.UNKNOWN, not row.external_id, row.id


def _join(session: Session, survivor: ContactRow, merged: ContactRow) -> None:
    try:
        versions = (survivor.version, merged.version)
        row, _, people = merging.merge(session, survivor.id, merged.id, versions, {})
    except Conflict:
        return  # of these no two may be one: a person and the company that he works for, say
    for each in (survivor, merged):
        publish(session, ContactChanged(contact=contact_of(each)))
    contact = contact_of(survivor)
    publish(session, ContactMerged(merge_id=row.id, merged_id=merged.id, contact=contact))
    for each in people or []:
        publish(session, ContactChanged(contact=contact_of(each)))
    record(
        session,
        "contact.merged",
        entity="contact",
        id=contact.id,
        label=contact.name,
        after={"merged_id": str(merged.id)},
    )
