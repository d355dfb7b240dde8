"""Two entries that are one person or company."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit
from .people import Contact


class DuplicateReason(enum.Enum):
    """Why two entries may be one."""

    SAME_MAIL = "same_mail"  # but for case, dots or a plus part, where the host ignores them
    SAME_PHONE = "same_phone"  # the last digits of numbers written in two ways
    SAME_NAME = "same_name"  # and the same company, or none


class Duplicate(Message):
    """Two entries that may be one, from the likeliest reason on. `score` is 0 to 1."""

    first: Contact
    second: Contact
    reasons: list[DuplicateReason]
    score: float


class DuplicatePage(Message):
    """Some proposals."""

    duplicates: list[Duplicate]
    cursor: str | None


class Side(enum.Enum):
    """Of two entries: the one that stays, and the one that goes into it."""

    SURVIVOR = "survivor"
    MERGED = "merged"


MergeField = Annotated[
    str, Meta(min_length=1, max_length=60, description="A field, or fields.KEY for an own one")
]
Choices = Annotated[dict[MergeField, Side], Meta(max_length=100)]


class FieldOutcome(Message):
    """What becomes of a field in which two entries differ: whose value stays."""

    field: MergeField
    survivor: str
    merged: str
    takes: Side


class MergePreview(Message):
    """What merging would make, and what goes where. Notes are counted, all go along."""

    result: Contact
    fields: list[FieldOutcome]
    identities: int
    tags: int
    notes: int
    stricter_consents: int


class Merge(Message):
    """Two entries made one. `undone_at` once they are apart again."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    merged_name: str
    at: datetime
    user_name: str
    undone_at: datetime | None
    contact: Contact


class MergeEntry(Message):
    """A merge in the history of a contact."""

    id: UUID
    survivor_id: UUID
    merged_id: UUID
    merged_name: str
    at: datetime
    user_name: str
    undone_at: datetime | None


class Merging(Interface, Protocol):
    """Finding duplicates, merging them, and taking it back."""

    @call(rights.READ)
    def list_duplicates(
        self, *, contact_id: UUID | None = None, cursor: Cursor | None = None, limit: Limit = 50
    ) -> DuplicatePage:
        """Entries that may be one, without those that were dismissed."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def dismiss_duplicate(self, *, first: UUID, second: UUID) -> None:
        """They are two: do not propose them again."""
        ...

    @call(rights.READ)
    def preview_merge(self, *, id: UUID, merged_id: UUID, choices: Choices = {}) -> MergePreview:
        """What `merge_contacts` would make; nothing is changed."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def merge_contacts(
        self,
        *,
        id: UUID,
        merged_id: UUID,
        version: int,
        merged_version: int,
        choices: Choices = {},
    ) -> Merge:
        """Make `merged_id` part of `id`. Where a field differs the survivor's stays, unless it is
        blank or `choices` says otherwise; of consents the stricter hold.

        Stale `contacts.changed` where either is not of its version. Merging again what is merged
        so already answers with that merge.
        """
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def undo_merge(self, *, id: UUID) -> Merge:
        """Take a merge back: both are as before, but for what was changed since, which the
        survivor keeps. Conflict `contacts.merged_since` where one of them took part in a later
        merge: that one first. Undoing again changes nothing.
        """
        ...

    @call(rights.READ)
    def list_merges(self, *, contact_id: UUID) -> list[MergeEntry]:
        """The merges into a contact, the newest first."""
        ...


@event("contact.merged", source="contacts")
class ContactMerged(Event):
    """`merged_id` is now part of `contact`; whatever refers to it means `contact`."""

    merge_id: UUID
    merged_id: UUID
    contact: Contact


@event("contact.unmerged", source="contacts")
class ContactUnmerged(Event):
    """A merge was taken back: `merged` is somebody again, and `contact` without him."""

    merge_id: UUID
    contact: Contact
    merged: Contact
