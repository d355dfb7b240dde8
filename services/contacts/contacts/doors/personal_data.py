"""All that is known of a person: given to her, or forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts import rights
from contracts.accounts import Accounts
from contracts.inbox import Inbox
from contracts.jobs import Job, JobState
from contracts.persons import Person, PersonErasure, PersonHolder, PersonPage
from contracts.services import person_holders
from fairlead.audit import record
from fairlead.errors import Conflict
from fairlead.jobs import rows as jobs
from fairlead.jobs.messages import cursor_of
from fairlead.jobs.rows import JobRow
from fairlead.jobs.work import Effect, Kind
from fairlead.runtime import Runtime
from fairlead.service import Parts, ServiceStore, rpc

from .. import book
from ..changing import Changing
from ..erasing import Eraser, ErasureState
from ..forgetting import ERASURE, Forgetter
from ..gathering import PERSON_EXPORT, Gatherer, GatheringState
from ..persons import records
from ..store import note_files
from ..store import persons as store
from ..store.tables import ContactRow
from .exchanging import EXPORT, IMPORT


def _eraser(service: ServiceStore, runtime: Runtime) -> Eraser:
    return Eraser(
        service, _holders(runtime), runtime.caller.client(Accounts), runtime.caller.client(Inbox)
    )


def _holders(runtime: Runtime) -> dict[str, PersonHolder]:
    """Who is asked; contacts too, which is where new entries of her would come from."""
    return {each.service: runtime.caller.client(each) for each in person_holders()}


class PersonalData(Changing):
    """All that is known of a person."""

    eraser = Parts(_eraser)
    gatherer = Parts(
        lambda store, runtime: Gatherer(
            store, runtime.files, _holders(runtime), runtime.caller.client(Accounts)
        )
    )
    forgetter = Parts(lambda store, runtime: Forgetter(store, runtime.files))

    def personal_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done in jobs."""
        return {
            ERASURE: Kind(ERASURE, rights.PERSONAL_DATA, ErasureState, self._erase),
            PERSON_EXPORT: Kind(PERSON_EXPORT, rights.PERSONAL_DATA, GatheringState, self._gather),
        }

    def _erase(self, job: Job, state: ErasureState) -> Effect[ErasureState]:
        return self.eraser.step(job, state)

    def _gather(self, job: Job, state: GatheringState) -> Effect[GatheringState]:
        return self.gatherer.step(job, state)

    @rpc
    def start_person_export(self, *, contact_id: UUID, id: UUID | None) -> Job:
        """Gather all that is known of a contact."""
        with self.store.transaction() as session:
            known = None if id is None else jobs.find(session, id)
            if known is not None:
                return jobs.job_of(known)
            row = book.get_to_change(session, contact_id)
            ids = [each.id for each in store.united(session, row)]
            _refuse_running(store.open_job(session, [ERASURE], ids))
            state = GatheringState(contact_id=row.id)
            job = jobs.start(session, "contacts", PERSON_EXPORT, state, subject=row.id, id=id)
            record(session, "person_export.started", entity="contact", id=row.id, label=row.name)
            return job

    @rpc
    def start_erasure(self, *, contact_id: UUID, id: UUID | None) -> Job:
        """Forget a contact in every service."""
        with self.store.transaction() as session:
            known = None if id is None else jobs.find(session, id)
            if known is not None:
                return jobs.job_of(known)
            row = book.get(session, contact_id, lock=True)
            if row.is_company:
                raise Conflict("contacts.is_company", "Only people are erased, no companies")
            ids = [each.id for each in store.united(session, row)]
            _refuse_running(store.open_job(session, [ERASURE, PERSON_EXPORT], ids))
            _refuse_running(store.open_job(session, [IMPORT, EXPORT], None))
            state = _unfinished(session, row, ids)
            job = jobs.start(session, "contacts", ERASURE, state, subject=row.id, id=id)
            record(session, "erasure.started", entity="contact", id=row.id, label="", after={})
            return job

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        """What this service knows of a person."""
        with self.store.reading() as session:
            return PersonPage(records=records(session, person), cursor=None)

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        """Forget a person in this service."""
        return self.forgetter.step(person, cursor)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        """Files that are gone are no note's any more; of messages there are no copies here."""
        with self.store.transaction() as session:
            return PersonErasure(changed=note_files.forget(session, ids), cursor=None)


def _refuse_running(running: JobRow | None) -> None:
    if running is not None:
        raise Conflict(
            "contacts.job_running",
            "Another job works with this contact; wait until it has ended",
            job_id=str(running.id),
        )


def _unfinished(session: Session, row: ContactRow, ids: list[UUID]) -> ErasureState:
    """Where to begin; of one that was closed already, where its last erasure ended."""
    if not row.erased:
        return ErasureState(contact_id=row.id)
    last = store.last_job(session, ERASURE, ids)
    if last is not None and last.state is not JobState.DONE:
        left = msgspec.convert(last.cursor, ErasureState)
        if left.person is not None:
            store.set_job(session, last.id, cursor=cursor_of(ErasureState(contact_id=row.id)))
            return msgspec.structs.replace(
                left, round=0, ask=[], cursor=None, gone=[], tell=[], changed=0
            )
    raise Conflict("contacts.erased", "This contact was erased")
