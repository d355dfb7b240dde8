"""Rows as they are told to others."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from contracts.contacts import (
    ConsentRecord,
    Contact,
    FieldDefinition,
    Identity,
    Merge,
    MergeEntry,
    Note,
)
from contracts.files import Attachment

from .store.tables import ConsentRow, ContactRow, FieldRow, IdentityRow, MergeRow, NoteRow


def contact_of(row: ContactRow) -> Contact:
    """The contact with its identities, the preferred ones first."""
    return Contact(
        id=row.id,
        kind=row.kind,
        name=row.name,
        company=row.company,
        language=row.language,
        zone=row.zone,
        notes=row.notes,
        identities=[_identity_of(each) for each in row.identities],
        version=row.version,
        created_at=row.created_at,
        is_company=row.is_company,
        company_id=row.employer_id,
        position=row.position_held,
        tags=row.tags,
        channel=row.channel,
        fields=row.fields,
        consents=row.consents,
        external_id=row.external_id,
        updated_at=row.updated_at,
        erased=row.erased,
        merged_into_id=row.merged_into,
    )


def definition_of(row: FieldRow) -> FieldDefinition:
    """A field as its organisation defined it."""
    return FieldDefinition(
        key=row.key,
        label=row.label,
        type=row.type,
        choices=row.choices,
        position=row.position,
        version=row.version,
    )


def note_of(row: NoteRow, attachments: Sequence[Attachment]) -> Note:
    """A note with its files."""
    return Note(
        id=row.id,
        contact_id=row.contact_id,
        author_id=row.author_id,
        author_name=row.author_name,
        text=row.text,
        at=row.at,
        edited_at=row.edited_at,
        version=row.version,
        attachments=list(attachments),
    )


def consent_of(row: ConsentRow) -> ConsentRecord:
    """A decision as it was made."""
    return ConsentRecord(
        consent=row.consent,
        note=row.note,
        recorded_by=row.recorded_by,
        recorded_by_name=row.recorded_by_name,
        recorded_at=row.recorded_at,
    )


def entry_of(row: MergeRow) -> MergeEntry:
    """A merge in a contact's history."""
    return MergeEntry(
        id=row.id,
        survivor_id=row.survivor_id,
        merged_id=row.merged_id,
        merged_name=row.merged_name,
        at=row.at,
        user_name=row.user_name,
        undone_at=row.undone_at,
    )


def merge_of(row: MergeRow, contact: Contact) -> Merge:
    """A merge, with the survivor as it is now."""
    return Merge(**msgspec.structs.asdict(entry_of(row)), contact=contact)


def _identity_of(row: IdentityRow) -> Identity:
    return Identity(
        id=row.id,
        scheme=row.scheme,
        value=row.value,
        display=row.display,
        reachability=row.reachability,
        reason=row.reason,
        checked_at=row.checked_at,
    )
