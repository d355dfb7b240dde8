"""Forgetting a person in this service: the contacts, what belongs to them, and files of jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.contacts import ContactChanged
from contracts.persons import Person, PersonErasure
from fairlead.bus import publish
from fairlead.erasing import ERASED_NAME, Lists, Sweep, Traces
from fairlead.files import FileStore
from fairlead.jobs.rows import JobRow
from fairlead.service import ServiceStore

from . import book
from .domain.search import folded
from .store import persons as store
from .store.contacts import find
from .store.tables import Base, ContactRow
from .views import contact_of

ERASURE: Final = "erasure"
MOST_IDS: Final = 1000  # that one message may hold


def close(session: Session, rows: Sequence[ContactRow]) -> tuple[int, list[UUID]]:
    """Let these be nobody any more; returns how many things changed, and the files that were
    theirs."""
    changed, files = store.remove_what_belongs(session, [row.id for row in rows])
    for row in rows:
        if row.erased:
            continue
        _blank(row)
        session.flush()
        publish(session, ContactChanged(contact=contact_of(row)))
        changed += 1
    return changed, files


def _blank(row: ContactRow) -> None:
    row.erased = True
    row.name, row.sort_name = ERASED_NAME, folded(ERASED_NAME)
    row.company = row.notes = row.position_held = row.external_id = ""
    row.language = row.zone = row.channel = row.company_id = None
    row.tags, row.fields, row.consents = [], {}, []
    row.identities, row.addresses = [], []
    book.touch(row, reached_at=[])
    row.searched = ""


class Forgetter:
    """Contacts as one of those who are asked to forget somebody."""

    def __init__(self, service: ServiceStore, files: FileStore) -> None:
        self._service = service
        self._lists = Lists(service, files, kept=[ERASURE])
        self._sweep = Sweep(Base, treated={JobRow: _keep_own})

    def step(self, person: Person, cursor: str | None) -> PersonErasure:
        """First the contacts, then the files of jobs, then every table."""
        phase, _, rest = (cursor or "contacts").partition(":")
        if phase == "files":
            return self._forget_files(person, UUID(rest) if rest else None)
        with self._service.transaction() as session:
            if phase == "contacts":
                found = [find(session, id, lock=True) for id in sorted(person.contact_ids)]
                changed, gone = close(session, [row for row in found if row is not None])
                return PersonErasure(changed=changed, cursor="files", gone=gone[:MOST_IDS])
            swept = self._sweep.step(session, Traces(person.words), rest or None)
            next = None if swept.cursor is None else f"sweep:{swept.cursor}"
            return PersonErasure(changed=len(swept.rows), cursor=next)

    def _forget_files(self, person: Person, after: UUID | None) -> PersonErasure:
        done = self._lists.drop(Traces(person.words), person.contact_ids, after)
        next = "sweep:" if done.after is None else f"files:{done.after}"
        return PersonErasure(changed=done.jobs, cursor=next, files=done.files)


def _keep_own(session: Session, row: JobRow, traces: Traces) -> bool | None:
    """The erasure itself must know until its end whom it forgets."""
    return False if row.kind == ERASURE and not row.state.ended else None
