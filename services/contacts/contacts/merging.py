"""Two contacts made one and taken apart again, inside the transaction that it is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import structs
from sqlalchemy.orm import Session

from contracts.contacts import Contact, NoteChanged, Side
from fairlead.bus import publish
from fairlead.context import current
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from fairlead.store import new_id

from . import book
from .domain import record
from .domain.record import KeptIdentity, Record
from .domain.search import folded
from .store import contacts, merges, remarks
from .store.tables import ContactRow, MergeRow


def pair(session: Session, id: UUID, merged_id: UUID) -> tuple[ContactRow, ContactRow]:
    """Both contacts, kept from others; raises where they cannot be merged."""
    if id == merged_id:
        raise Invalid.field("contacts.invalid", "merged_id", "is the same contact")
    found = contacts.pair(session, id, merged_id)
    if len(found) < 2:
        raise NotFound("contacts.not_found", "There is no such contact")
    survivor, merged = found
    if survivor.erased or merged.erased:
        raise Conflict("contacts.erased", "This contact was erased")
    if survivor.merged_into is not None or merged.merged_into is not None:
        raise Conflict("contacts.already_merged", "One of them is part of another contact already")
    if survivor.employer_id == merged.id or merged.employer_id == survivor.id:
        raise Conflict("contacts.own_company", "One of them is the other's company")
    return survivor, merged


def merge(
    session: Session,
    id: UUID,
    merged_id: UUID,
    versions: tuple[int, int],
    choices: Mapping[str, Side],
) -> tuple[MergeRow, ContactRow, list[ContactRow] | None]:
    """The merge with its survivor and the people whose company it changed; None where the two
    were merged before."""
    standing = merges.standing(session, id, merged_id)
    if standing is not None:
        return standing, book.get(session, id), None
    survivor, merged = pair(session, id, merged_id)
    if (survivor.version, merged.version) != versions:
        raise Stale("contacts.changed", "Somebody changed one of the contacts")
    before, gone = record_of(session, survivor), record_of(session, merged)
    check_choices(before, gone, choices)
    after = record.combine(before, gone, choices)
    row = MergeRow(
        id=new_id(),
        survivor_id=survivor.id,
        merged_id=merged.id,
        merged_name=merged.name,
        before=before,
        merged=gone,
        after=after,
        at=dt.datetime.now(dt.UTC),
        user_name=current().user_name or "",
        undone_at=None,
    )
    session.add(row)
    # Out of the way first: an external id is one contact's.
    merged.merged_into, merged.external_id = survivor.id, ""
    book.touch(merged)
    session.flush()
    led = contacts.lead_to(session, survivor.id, ContactRow.merged_into == merged.id)
    write(session, survivor, after)
    session.expire(merged, ["identities", "addresses"])
    book.set_marks(session, merged)
    return row, survivor, _others(session, led, survivor, merged)


def undo(
    session: Session, id: UUID
) -> tuple[MergeRow, ContactRow, ContactRow, list[ContactRow] | None]:
    """The merge, survivor and merged apart again, and the people whose company that changed; None
    where they were apart before."""
    row = merges.get(session, id)
    if row is None:
        raise NotFound("contacts.merge_not_found", "There is no such merge")
    found = contacts.pair(session, row.survivor_id, row.merged_id)
    survivor, merged = found
    if row.undone_at is not None:
        return row, survivor, merged, None
    if survivor.erased or merged.erased:
        raise Conflict("contacts.erased", "This contact was erased")
    if merges.later(session, row) is not None:
        raise Conflict(
            "contacts.merged_since", "One of them was merged again since; take that back first"
        )
    one, other = record.separate(
        record.plain(row.before),
        record.plain(row.merged),
        record.plain(row.after),
        record_of(session, survivor),
    )
    row.undone_at = dt.datetime.now(dt.UTC)
    # The survivor must not be read with what goes back; the external id must be free before.
    contacts.rehome(session, merged.id, other.identities)
    write(session, survivor, one)
    merged.merged_into = None
    write(session, merged, other)
    family = ContactRow.id.in_(merges.family(session, merged.id))
    led = contacts.lead_to(session, merged.id, family)
    return row, survivor, merged, _others(session, led, survivor, merged)


def _others(
    session: Session, led: Sequence[ContactRow], survivor: ContactRow, merged: ContactRow
) -> list[ContactRow]:
    """Whom else a merge changed: those who are part of another contact now in the end, and the
    people whose company that is."""
    for each in led:
        book.touch(each)
    people = book.reemploy(session, {survivor.id, merged.id})
    session.flush()
    return list({each.id: each for each in [*led, *people]}.values())


def record_of(session: Session, row: ContactRow) -> Record:
    """All that the contact is."""
    return Record(
        kind=row.kind,
        name=row.name,
        company="" if row.company_id is not None else row.company,
        company_id=row.company_id,
        is_company=row.is_company,
        position=row.position_held,
        language=row.language,
        zone=row.zone,
        channel=row.channel,
        external_id=row.external_id,
        notes=row.notes,
        tags=row.tags,
        fields=row.fields,
        consents=row.consents,
        identities=[
            KeptIdentity(
                id=each.id,
                key=each.key,
                scheme=each.scheme,
                value=each.value,
                display=each.display,
                reachability=each.reachability,
                reason=each.reason,
                checked_at=each.checked_at,
            )
            for each in row.identities
        ],
        note_ids=remarks.note_ids(session, row.id),
        history_ids=remarks.history_ids(session, row.id),
    )


def write(session: Session, row: ContactRow, wanted: Record) -> None:
    """Let the contact be `wanted`."""
    company = None
    if wanted.company_id is not None:
        with session.no_autoflush:  # half a change would count as one
            company = contacts.now(session, [wanted.company_id])[wanted.company_id]
    for name in record.PLAIN:
        setattr(row, "position_held" if name == "position" else name, getattr(wanted, name))
    if company is not None:
        row.employer_id, row.company = company
    row.sort_name = folded(row.name)[:200]
    row.notes, row.tags = wanted.notes, wanted.tags
    row.fields, row.consents = wanted.fields, wanted.consents
    book.touch(row, wanted.identities)
    session.flush()
    contacts.rehome(session, row.id, wanted.identities)
    for note in remarks.move_notes(session, wanted.note_ids, row.id):
        publish(session, NoteChanged(id=note, contact_id=row.id))
    remarks.move_history(session, wanted.history_ids, row.id)
    session.flush()
    session.expire(row, ["identities", "addresses"])
    book.set_marks(session, row)


def check_choices(survivor: Record, merged: Record, choices: Mapping[str, Side]) -> None:
    """Raise Invalid for a choice about a field in which the two do not differ."""
    known = record.differing(survivor, merged)
    wrong = {f"choices.{name}": "does not differ" for name in choices if name not in known}
    if wrong:
        raise Invalid.fields("contacts.invalid", wrong)


def preview_of(survivor: Contact, merged: Contact, ours: Record, after: Record) -> Contact:
    """The survivor as merging would make it."""
    identities = {each.id: each for each in (*survivor.identities, *merged.identities)}
    plain = {name: getattr(after, name) for name in record.PLAIN}
    if after.company_id is not None:
        whose = survivor if after.company_id == ours.company_id else merged
        plain |= {"company_id": whose.company_id, "company": whose.company}
    return structs.replace(
        survivor,
        **plain,
        notes=after.notes,
        tags=after.tags,
        fields=after.fields,
        consents=after.consents,
        identities=[identities[each.id] for each in after.identities],
    )
