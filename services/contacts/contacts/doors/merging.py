"""Duplicates and merges."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.contacts import (
    ContactChanged,
    ContactMerged,
    ContactUnmerged,
    Duplicate,
    DuplicatePage,
    DuplicateReason,
    FieldOutcome,
    Merge,
    MergeEntry,
    MergePreview,
    Side,
)
from fairlead.audit import record
from fairlead.errors import NotFound
from fairlead.service import publish, rpc
from fairlead.store import BadPage

from .. import book, merging
from ..changing import Changing
from ..domain import marks
from ..domain import record as records
from ..store import contacts, merges
from ..store.merges import Pair
from ..store.tables import ContactRow
from ..views import contact_of, entry_of, merge_of

_REASONS = {
    marks.MAIL: (DuplicateReason.SAME_MAIL, 0.95),
    marks.PHONE: (DuplicateReason.SAME_PHONE, 0.9),
    marks.NAME: (DuplicateReason.SAME_NAME, 0.6),
}


class Merging(Changing):
    """Duplicates and merges."""

    @rpc
    def list_duplicates(
        self, *, contact_id: UUID | None, cursor: str | None, limit: int
    ) -> DuplicatePage:
        """Entries that may be one."""
        after = None if cursor is None else _decode(cursor)
        with self.store.reading() as session:
            found = merges.pairs(session, contact_id=contact_id, after=after, limit=limit + 1)
            shown = found[:limit]
            ids = {id for pair, _ in shown for id in pair}
            rows = contacts.by_ids(session, ids)
            proposals = [_proposal(rows, *each) for each in shown]
        more = len(found) > limit
        return DuplicatePage(
            duplicates=proposals, cursor=_encode(shown[-1][0]) if more and shown else None
        )

    @rpc
    def dismiss_duplicate(self, *, first: UUID, second: UUID) -> None:
        """They are two."""
        with self.store.transaction() as session:
            book.get(session, first)
            book.get(session, second)
            merges.dismiss(session, first, second)

    @rpc
    def preview_merge(self, *, id: UUID, merged_id: UUID, choices: dict[str, Side]) -> MergePreview:
        """What merging would make."""
        with self.store.reading() as session:
            rows = contacts.by_ids(session, {id, merged_id})
            if len(rows) < 2 or any(row.merged_into or row.erased for row in rows.values()):
                raise NotFound("contacts.not_found", "There is no such contact")
            survivor, merged = rows[id], rows[merged_id]
            ours, theirs = (
                merging.record_of(session, survivor),
                merging.record_of(session, merged),
            )
            shown = contact_of(survivor), contact_of(merged)
        merging.check_choices(ours, theirs, choices)
        after = records.combine(ours, theirs, choices)
        sides = records.taken(ours, theirs, choices)
        differing = records.differing(ours, theirs)
        if "company_id" in differing:
            differing["company_id"] = shown[0].company, shown[1].company
        return MergePreview(
            result=merging.preview_of(*shown, ours, after),
            fields=[
                FieldOutcome(field=name, survivor=_said(one), merged=_said(two), takes=sides[name])
                for name, (one, two) in differing.items()
            ],
            identities=len(theirs.identities),
            tags=len(set(theirs.tags) - set(ours.tags)),
            notes=len(theirs.note_ids),
            stricter_consents=len([each for each in after.consents if each not in ours.consents]),
        )

    @rpc
    def merge_contacts(
        self,
        *,
        id: UUID,
        merged_id: UUID,
        version: int,
        merged_version: int,
        choices: dict[str, Side],
    ) -> Merge:
        """Make one contact part of another."""

        def merge(session: Session) -> Merge:
            row, survivor, people = merging.merge(
                session, id, merged_id, (version, merged_version), choices
            )
            contact = contact_of(survivor)
            if people is not None:
                # Of the one that goes too: he is reached at no address any more.
                gone = contact_of(book.found(session, merged_id))
                for each in (contact, gone):
                    publish(session, ContactChanged(contact=each))
                publish(
                    session,
                    ContactMerged(merge_id=row.id, merged_id=row.merged_id, contact=contact),
                )
                self.tell(session, people)
                record(
                    session,
                    "contact.merged",
                    entity="contact",
                    id=contact.id,
                    label=contact.name,
                    after={"merged_id": str(merged_id)},
                )
            return merge_of(row, contact)

        return self.attempt(merge)

    @rpc
    def undo_merge(self, *, id: UUID) -> Merge:
        """Take a merge back."""

        def undo(session: Session) -> Merge:
            row, survivor, merged, people = merging.undo(session, id)
            contact = contact_of(survivor)
            if people is not None:
                back = contact_of(merged)
                for each in (contact, back):
                    publish(session, ContactChanged(contact=each))
                publish(session, ContactUnmerged(merge_id=row.id, contact=contact, merged=back))
                self.tell(session, people)
                record(
                    session,
                    "contact.unmerged",
                    entity="contact",
                    id=contact.id,
                    label=contact.name,
                    before={"merged_id": str(row.merged_id)},
                )
            return merge_of(row, contact)

        return self.attempt(undo)

    @rpc
    def list_merges(self, *, contact_id: UUID) -> list[MergeEntry]:
        """The merges into a contact."""
        with self.store.reading() as session:
            contact = book.get(session, contact_id)
            return [entry_of(row) for row in merges.into(session, contact.id)]


def _proposal(rows: dict[UUID, ContactRow], pair: Pair, likenesses: list[str]) -> Duplicate:
    found = [
        found
        for prefix, found in _REASONS.items()
        if any(each.startswith(prefix) for each in likenesses)
    ]
    missing = 1.0
    for _, score in found:
        missing *= 1 - score
    return Duplicate(
        first=contact_of(rows[pair[0]]),
        second=contact_of(rows[pair[1]]),
        reasons=[reason for reason, _ in found],
        score=round(1 - missing, 3),
    )


def _said(value: object) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _encode(pair: Pair) -> str:
    return base64.urlsafe_b64encode(pair[0].bytes + pair[1].bytes).decode()


def _decode(cursor: str) -> Pair:
    try:
        raw = base64.b64decode(cursor, altchars=b"-_", validate=True)
        return UUID(bytes=raw[:16]), UUID(bytes=raw[16:])
    except (binascii.Error, ValueError) as error:
        raise BadPage.field("store.bad_page", "cursor", "is not a cursor") from error
