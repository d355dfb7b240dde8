"""Notes and decisions."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.contacts import ConsentRecord, Contact, Note, NoteChanged, NotePage
from contracts.files import File, FileChecked, FilesAttached
from contracts.inbox import Inbox
from fairlead.audit import record
from fairlead.context import Role, current
from fairlead.errors import Forbidden, Invalid, NotFound, Stale
from fairlead.service import Remote, on, publish, rpc
from fairlead.store import new_id

from .. import book, deciding
from ..book import Changed
from ..changing import Changing
from ..domain.person import clean_text
from ..store import note_files, remarks
from ..store.tables import NoteRow
from ..views import consent_of, contact_of, note_of

_MAY_REMOVE_ANY = frozenset({Role.OWNER, Role.ADMIN, Role.SERVICE})


class Remarks(Changing):
    """Notes and decisions."""

    inbox = Remote(Inbox)

    @rpc
    def add_note(
        self, *, contact_id: UUID, text: str, id: UUID | None, attachments: list[UUID]
    ) -> Note:
        """Write a note."""
        who, files = current(), self._held(attachments)
        with self.store.transaction() as session:
            known = remarks.note(session, id) if id is not None else None
            if known is not None:
                return _shown(session, known)
            row = NoteRow(
                id=id or new_id(),
                contact_id=book.get_to_change(session, contact_id).id,
                author_id=who.user,
                author_name=who.user_name or "",
                text=_text(text),
                at=dt.datetime.now(dt.UTC),
                edited_at=None,
            )
            session.add(row)
            session.flush()
            _attach(session, row, files)
            _say(session, "note.added", row)
            return _shown(session, row)

    @rpc
    def list_notes(self, *, contact_id: UUID, cursor: str | None, limit: int) -> NotePage:
        """The notes about a contact."""
        with self.store.reading() as session:
            contact = book.get(session, contact_id)
            found = remarks.notes(session, contact.id, cursor=cursor, limit=limit)
            files = note_files.of(session, [row.id for row in found.items])
            notes = [note_of(row, files.get(row.id, [])) for row in found.items]
            return NotePage(notes=notes, cursor=found.next)

    @rpc
    def update_note(
        self, *, id: UUID, version: int, text: str, attachments: list[UUID] | None
    ) -> Note:
        """Change one's own note."""
        files = None if attachments is None else self._held(attachments)
        with self.store.transaction() as session:
            row = _note(remarks.note(session, id))
            if row.author_id != current().user:
                raise Forbidden("contacts.not_your_note", "Somebody else wrote this note")
            if row.version != version:
                raise Stale("contacts.note_changed", "The note was changed since")
            row.text, row.edited_at = _text(text), dt.datetime.now(dt.UTC)
            session.flush()
            if files is not None:
                _attach(session, row, files)
            _say(session, "note.changed", row)
            return _shown(session, row)

    @rpc
    def remove_note(self, *, id: UUID) -> None:
        """Remove a note."""
        who = current()
        with self.store.transaction() as session:
            row = _note(remarks.note(session, id))
            if row.author_id != who.user and who.role not in _MAY_REMOVE_ANY:
                raise Forbidden("contacts.not_your_note", "Somebody else wrote this note")
            _say(session, "note.removed", row, removed=True)
            note_files.drop(session, [row.id])
            session.delete(row)

    def _held(self, ids: list[UUID]) -> list[File]:
        """These files, which stay until a note has them; raises Invalid."""
        if not ids:
            return []
        found = {each.id: each for each in self.inbox.hold_files(ids=ids)}
        wrong = {
            f"attachments[{place}]": "there is no such file"
            for place, each in enumerate(ids)
            if each not in found
        }
        if wrong:
            raise Invalid.fields("contacts.invalid", wrong)
        return [found[each] for each in dict.fromkeys(ids)]

    @on(FileChecked)
    def learn_file(self, event: FileChecked) -> None:
        """More is known of a file that a note may have."""
        with self.store.once() as session:
            for row in remarks.notes_with(session, note_files.learn(session, event.file)):
                _tell(session, row)

    @rpc
    def set_consent(
        self,
        *,
        contact_id: UUID,
        allowed: bool,
        kind: ConsentKind | None,
        channel: Channel | None,
        source: ConsentSource,
        at: dt.datetime | None,
        note: str,
    ) -> Contact:
        """Write down what somebody decided."""
        now = dt.datetime.now(dt.UTC)
        if at is not None and at > now:
            raise Invalid.field("contacts.invalid", "at", "is in the future")
        consent = Consent(
            kind=kind,
            channel=channel,
            allowed=allowed,
            source=source,
            at=(at or now).astimezone(dt.UTC),
        )

        def change(session: Session) -> Changed:
            row = book.get_to_change(session, contact_id)
            before = contact_of(row)
            changed = deciding.decide(session, row, consent, note)
            session.flush()
            record(
                session,
                "consent.recorded",
                entity="contact",
                id=row.id,
                label=row.name,
                before={"consents": before.consents},
                after={"consents": row.consents},
            )
            return row, changed

        return self.change(change)

    @rpc
    def consent_history(self, *, contact_id: UUID) -> list[ConsentRecord]:
        """Every decision, the newest first."""
        with self.store.reading() as session:
            contact = book.get(session, contact_id)
            return [consent_of(row) for row in remarks.history(session, contact.id)]


def _note(row: NoteRow | None) -> NoteRow:
    if row is None:
        raise NotFound("contacts.note_not_found", "There is no such note")
    return row


def _attach(session: Session, row: NoteRow, files: list[File]) -> None:
    note_files.put(session, row.id, files)
    if files:
        publish(session, FilesAttached(files=[each.id for each in files]))


def _say(session: Session, action: str, row: NoteRow, *, removed: bool = False) -> None:
    """To the open windows and to the audit log, which has no words of it either."""
    files = note_files.of(session, [row.id]).get(row.id, [])
    record(
        session,
        action,
        entity="note",
        id=row.id,
        label=book.get(session, row.contact_id).name,
        after={"contact_id": row.contact_id, "files": [each.id for each in files]},
        about=row.contact_id,
    )
    _tell(session, row, removed=removed)


def _tell(session: Session, row: NoteRow, *, removed: bool = False) -> None:
    publish(session, NoteChanged(id=row.id, contact_id=row.contact_id, removed=removed))


def _shown(session: Session, row: NoteRow) -> Note:
    return note_of(row, note_files.of(session, [row.id]).get(row.id, []))


def _text(text: str) -> str:
    cleaned = clean_text(text).strip()
    if not cleaned:
        raise Invalid.field("contacts.invalid", "text", "is blank")
    return cleaned
