"""What the team writes down about a contact, and what he decided."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Channel, Cursor, Limit, Line, Moment
from ..consents import Consent, ConsentKind, ConsentSource
from ..files import Attachment, FileIds
from .people import Contact

NoteText = Annotated[str, Meta(min_length=1, max_length=10_000)]


class Note(Message):
    """A note about a contact. `author_id` is None for a service."""

    id: UUID
    contact_id: UUID
    author_id: UUID | None
    author_name: str
    text: NoteText
    at: datetime
    edited_at: datetime | None
    version: int
    attachments: list[Attachment] = []


class NotePage(Message):
    """Some notes, the newest first."""

    notes: list[Note]
    cursor: str | None


class ConsentRecord(Message):
    """A decision as it was made, and who wrote it down."""

    consent: Consent
    note: Line
    recorded_by: UUID | None
    recorded_by_name: str
    recorded_at: datetime


class Remarks(Interface, Protocol):
    """Notes and consents."""

    @call(rights.EDIT_CONTACTS, mutates=True)
    def add_note(
        self,
        *,
        contact_id: UUID,
        text: NoteText,
        id: UUID | None = None,
        attachments: FileIds = [],
    ) -> Note:
        """Write a note, with uploaded files. With an `id` that exists already it changes nothing.

        Invalid `contacts.invalid` names every file that there is not.
        """
        ...

    @call(rights.READ)
    def list_notes(
        self, *, contact_id: UUID, cursor: Cursor | None = None, limit: Limit = 50
    ) -> NotePage:
        """The notes about a contact, the newest first."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def update_note(
        self, *, id: UUID, version: int, text: NoteText, attachments: FileIds | None = None
    ) -> Note:
        """Change one's own note: Forbidden `contacts.not_your_note` for another's. Its files stay
        unless `attachments` says which it has now.

        Stale `contacts.note_changed` when `version` is old.
        """
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def remove_note(self, *, id: UUID) -> None:
        """Remove a note: one's own, or any as owner or admin. NotFound
        `contacts.note_not_found`."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def set_consent(
        self,
        *,
        contact_id: UUID,
        allowed: bool,
        kind: ConsentKind | None = None,
        channel: Channel | None = None,
        source: ConsentSource = ConsentSource.PERSON,
        at: Moment | None = None,
        note: Line = "",
    ) -> Contact:
        """Write down what somebody decided: about one kind or all, on one channel or all.

        An earlier decision about the same (by `at`, not by when it is written down) changes
        nothing but the history. A moment in the future is Invalid.
        """
        ...

    @call(rights.READ)
    def consent_history(self, *, contact_id: UUID) -> list[ConsentRecord]:
        """Every decision, the newest first."""
        ...


@event("note.changed", source="contacts")
class NoteChanged(Event):
    """A note about a contact was written, changed or `removed`, or is about this contact since
    two were merged or parted. It says no more than which, so that nothing of what is erased stays
    where events are kept."""

    id: UUID
    contact_id: UUID
    removed: bool = False
