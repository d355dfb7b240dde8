"""Forgetting a person: her conversations lose their words, and others' messages her name.

That there were messages, when, by which channel and how they fared stays: figures and waits are
made of it. Each step is one transaction, and may be repeated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import Mailbox
from contracts.inbox import CommentChanged, Direction, DraftChanged, ScheduleChanged, ScheduleState
from contracts.persons import Person, PersonErasure
from fairlead.bus import publish
from fairlead.context import current
from fairlead.erasing import ERASED_ADDRESS, ERASED_NAME, Sweep, Traces
from fairlead.errors import NotFound
from fairlead.files import FileStore
from fairlead.service import ServiceStore
from fairlead.store import new_id

from . import changes
from .store import comments, drafts, file_uses, scheduled
from .store import persons as store
from .store.conversations import ConversationRow
from .store.files import FileRow
from .store.messages import MessageRow, Party
from .store.schema import Base
from .store.settings import OrganisationRow, UserRow

AT_ONCE = 50
LARGEST_READ = 32 * 1024 * 1024
PHASES = ("messages", "conversations", "groups", "trips", "scheduled", "uploads", "sweep")


@dataclass(slots=True)
class _Done:
    """What one step did, and the place where the next one of its phase begins."""

    changed: int = 0
    files: set[str] = field(default_factory=set)
    gone: list[UUID] = field(default_factory=list)
    after: str | None = None


class Forgetter:
    """The inbox as one of those who are asked to forget somebody."""

    def __init__(self, service: ServiceStore, stored: FileStore) -> None:
        self._service = service
        self._stored = stored
        self._tables = Sweep(Base, spared=[UserRow, OrganisationRow])

    def step(self, person: Person, cursor: str | None) -> PersonErasure:
        """The next rows of the phase that `cursor` names, by which it begins with the first."""
        phase, _, rest = (cursor or PHASES[0]).partition(":")
        work = getattr(self, f"_{phase}", None) if phase in PHASES else None
        if work is None:
            raise NotFound("inbox.no_such_phase", "There is no such step")
        done: _Done = work(person, rest or None)
        next = PHASES[PHASES.index(phase) + 1 :][:1]
        follows = f"{phase}:{done.after}" if done.after is not None else next[0] if next else None
        return PersonErasure(
            changed=done.changed,
            cursor=follows,
            files=sorted(done.files),
            gone=done.gone,
        )

    def _conversations(self, person: Person, after: str | None) -> _Done:
        done = _Done()
        with self._service.transaction() as session:
            rows = store.conversations(
                session, person.contact_ids, _folded(person), _id(after), AT_ONCE
            )
            for row in rows:
                if _close(session, row):
                    done.changed += 1
                    done.gone.append(row.id)
            ids = [row.id for row in rows]
            done.changed += self._comments(session, ids, done)
            done.changed += _drop_drafts(session, person.contact_ids, ids)
            done.after = _more(rows)
        return done

    def _groups(self, person: Person, after: str | None) -> _Done:
        """She was somebody in her groups, who is nobody now."""
        with self._service.transaction() as session:
            rows = store.participants(session, person.contact_ids, _folded(person))
            for row in rows:
                row.key = row.address = f"{ERASED_ADDRESS}:{new_id()}"
                row.name, row.contact_id, row.reason = ERASED_NAME, None, None
                row.history = [msgspec.structs.replace(each, reason=None) for each in row.history]
            return _Done(changed=len(rows))

    def _comments(self, session: Session, ids: Sequence[UUID], done: _Done) -> int:
        count = 0
        for row in store.comments(session, ids):
            if not row.text and not row.attachments and not row.earlier:
                continue
            self._drop_files(session, [each.id for each in row.attachments], row.id, done)
            file_uses.put(session, file_uses.User.COMMENT, row.id, [])
            row.text, row.mentions, row.attachments, row.earlier = "", [], [], []
            row.removed_at = row.removed_at or dt.datetime.now(dt.UTC)
            session.flush()
            publish(session, CommentChanged(comment=comments.view_of(row)))
            count += 1
        return count

    def _messages(self, person: Person, after: str | None) -> _Done:
        done = _Done()
        near = Traces([*person.names, *person.addresses])
        with self._service.transaction() as session:
            rows = store.messages(session, person.contact_ids, _folded(person), _id(after), AT_ONCE)
            wanted = {row.conversation_id for row in rows}
            hers = store.which_are_hers(session, wanted, person.contact_ids, _folded(person))
            for row in rows:
                if row.conversation_id in hers or _wrote(row, person):
                    self._empty(session, row, person, done)
                elif self._tables.clean(session, row, near):
                    done.changed += 1
                    done.gone.append(row.id)
            done.after = _more(rows)
        return done

    def _trips(self, person: Person, after: str | None) -> _Done:
        """What was said to others about her trips: her name is hers there, however common."""
        done = _Done()
        near = Traces([*person.names, *person.addresses])
        trips, _, place = (after or "0").partition("/")
        some = person.trips[int(trips) : int(trips) + AT_ONCE]
        with self._service.transaction() as session:
            rows = store.trip_messages(session, some, _id(place or None), AT_ONCE)
            done.gone = [row.id for row in rows if self._tables.clean(session, row, near)]
            done.changed = len(done.gone)
            if len(rows) == AT_ONCE:
                done.after = f"{trips}/{rows[-1].id}"
            elif int(trips) + AT_ONCE < len(person.trips):
                done.after = f"{int(trips) + AT_ONCE}/"
        return done

    def _empty(self, session: Session, row: MessageRow, person: Person, done: _Done) -> None:
        """A message of hers, or to her: its words go."""
        self._drop_files(session, [each.id for each in row.attachments], row.id, done)
        file_uses.put(session, file_uses.User.MESSAGE, row.id, [])
        row.subject = row.subject_key = row.text = row.quoted_text = ""
        row.html = row.quoted_html = row.provider_id = None
        row.attachments, row.references, row.defects, row.chat = [], [], [], None
        row.parties = [_nobody(party, person) for party in row.parties]
        row.deliveries = [
            msgspec.structs.replace(
                each,
                mailbox=Mailbox(address=ERASED_ADDRESS, name=ERASED_NAME),
                clicks=[],
                reason=None,
            )
            for each in row.deliveries
        ]
        if row.direction is Direction.IN:
            row.author_name = ERASED_NAME
        row.erased = True
        store.forget_ids(session, row)
        done.changed += 1
        done.gone.append(row.id)

    def _drop_files(self, session: Session, ids: Sequence[UUID], of: UUID, done: _Done) -> None:
        for file in store.files(session, ids):
            if not store.is_shown_elsewhere(session, file, of):
                self._drop_file(session, file, done)

    def _drop_file(self, session: Session, file: FileRow, done: _Done) -> None:
        done.files |= store.keys(file)
        if file.followed:  # whoever shows it too
            done.gone.append(file.id)
        file_uses.forget(session, file.id)
        session.delete(file)

    def _scheduled(self, person: Person, after: str | None) -> _Done:
        """What was to be said to her is withdrawn, and what is left of what was said goes."""
        with self._service.transaction() as session:
            rows = store.scheduled(session, person.contact_ids)
            for row in rows:
                if row.state in scheduled.OPEN:
                    row.state = ScheduleState.WITHDRAWN
                    row.version += 1
                    shown = scheduled.view_of(row)
                    blank = msgspec.structs.replace(
                        shown,
                        draft=msgspec.structs.replace(
                            shown.draft, subject=None, text=None, html=None, to=[], cc=[], bcc=[]
                        ),
                        to=[],
                        subject="",
                        preview="",
                        problems=[],
                        reason="",
                    )
                    publish(session, ScheduleChanged(change="withdrawn", scheduled=blank))
            session.flush()
            store.remove_scheduled(session, [row.id for row in rows])
            return _Done(changed=len(rows), gone=[row.id for row in rows])

    def _uploads(self, person: Person, after: str | None) -> _Done:
        """Lists and letters that were uploaded and are no message's, where she stands in them."""
        traces = Traces(person.words)
        with self._service.reading() as session:
            found = store.uploads(session, _id(after), AT_ONCE)
        hers = [id for id, file in found if self._names(file.key, file.content_type, traces)]
        done = _Done()
        with self._service.transaction() as session:
            for file in store.files(session, hers):
                self._drop_file(session, file, done)
                done.changed += 1
        done.after = str(found[-1][0]) if len(found) == AT_ONCE else None
        return done

    def _names(self, key: str, content_type: str, traces: Traces) -> bool:
        if not content_type.startswith("text/"):
            return False
        try:
            with self._stored.open(current().need_organisation(), key) as stream:
                return traces.found_in(stream.read(LARGEST_READ).decode("utf-8", "replace"))
        except NotFound:
            return False

    def drop(self, ids: Sequence[UUID]) -> PersonErasure:
        """Let those of these files go, which another service showed and forgot, that are nothing's
        here."""
        done = _Done()
        with self._service.transaction() as session:
            for file in store.files(session, ids):
                if not file_uses.is_used(session, file.id):
                    self._drop_file(session, file, done)
                    done.changed += 1
        return PersonErasure(changed=done.changed, cursor=None, files=sorted(done.files))

    def _sweep(self, person: Person, after: str | None) -> _Done:
        with self._service.transaction() as session:
            swept = self._tables.step(session, Traces(person.words), after)
            # Whose raw mail the gateway keeps: it says her name as the message did.
            said = [row.id for row in swept.rows if isinstance(row, MessageRow)]
            return _Done(changed=len(swept.rows), gone=said[:1000], after=swept.cursor)


def _close(session: Session, row: ConversationRow) -> bool:
    """Her conversation without a word; whether it had one."""
    words = (row.address, row.subject, row.preview, row.searched, row.put_off_note)
    if row.contact_name == ERASED_NAME and not any(words):
        return False
    row.contact_name, row.contact_searched, row.put_off_note = ERASED_NAME, "", None
    row.address = row.subject = row.preview = row.searched = ""
    if row.contact_id is None:  # its key has her address
        row.key = f"erased:{row.id}"
    changes.tell(session, "erased", row.id)
    return True


def _drop_drafts(session: Session, contacts: Sequence[UUID], ids: Sequence[UUID]) -> int:
    rows = store.drafts(session, contacts, ids)
    for row in rows:
        blank = msgspec.structs.replace(
            drafts.view_of(row), draft=msgspec.structs.replace(row.draft, **_NO_WORDS)
        )
        publish(session, DraftChanged(user_id=row.user_id, saved=blank, ended=True))
        file_uses.put(session, file_uses.User.DRAFT, row.id, [])
        session.delete(row)
    return len(rows)


_NO_WORDS: dict[str, object] = {
    "to": [], "cc": [], "bcc": [], "subject": None, "text": None, "html": None, "variables": {},
    "attachments": [],
}  # fmt: skip


def _wrote(row: MessageRow, person: Person) -> bool:
    """Whether it is hers: she wrote it, or it was written to her alone or first."""
    return row.contact_id in person.contact_ids or any(
        party.role == "from" and _is_hers(party, person) for party in row.parties
    )


def _nobody(party: Party, person: Person) -> Party:
    if not _is_hers(party, person):
        return party
    mailbox = Mailbox(address=ERASED_ADDRESS, name=ERASED_NAME)
    return Party(party.role, mailbox, party.contact_id, party.was)


def _is_hers(party: Party, person: Person) -> bool:
    address = party.mailbox.address.casefold()
    return party.contact_id in person.contact_ids or address in _folded(person)


def _folded(person: Person) -> list[str]:
    return [each.casefold() for each in person.addresses]


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _more(rows: Sequence[MessageRow] | Sequence[ConversationRow]) -> str | None:
    return str(rows[-1].id) if len(rows) == AT_ONCE else None
