"""All that is known of a person, gathered from every service into one ZIP file, as a job."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from typing import Final
from uuid import UUID

import eventlet.tpool
import msgspec
from sqlalchemy.orm import Session

from contracts.accounts import Accounts
from contracts.jobs import Job, JobFile
from contracts.persons import Person, PersonHolder
from fairlead.context import acting, current, service_context
from fairlead.files import FileStore
from fairlead.jobs import rows as jobs
from fairlead.jobs.sheets import LARGEST_FILE
from fairlead.jobs.work import Effect, Progress
from fairlead.service import ServiceStore

from . import book
from .packing import Gathered, pack
from .persons import person_of
from .store import persons as store

PERSON_EXPORT: Final = "person_export"
RESULT = "result"


class GatheringState(msgspec.Struct):
    """How far it is: which services are still to be asked, from where on."""

    contact_id: UUID
    person: Person | None = None
    ask: list[str] = []
    cursor: str | None = None
    counts: dict[str, int] = {}


class Gatherer:
    """The kind of job `person_export`. `holders` are the services that are asked, by name."""

    def __init__(
        self,
        service: ServiceStore,
        files: FileStore,
        holders: Mapping[str, PersonHolder],
        accounts: Accounts,
    ) -> None:
        self._service = service
        self._files = files
        self._holders = holders
        self._accounts = accounts

    def step(self, job: Job, state: GatheringState) -> Effect[GatheringState]:
        """The next page of one service, or the file."""
        if state.person is None:
            return self._begin(state)
        if state.ask:
            return self._ask(job, state, state.person)
        return self._finish(job, state)

    def _begin(self, state: GatheringState) -> Effect[GatheringState]:
        users = [user.name for user in self._accounts.list_users()]

        def effect(session: Session) -> Progress[GatheringState]:
            rows = store.united(session, book.get(session, state.contact_id))
            person = person_of(session, rows, users)
            return _progress(state, person=person, ask=list(self._holders))

        return effect

    def _ask(self, job: Job, state: GatheringState, person: Person) -> Effect[GatheringState]:
        [name, *others] = state.ask
        with acting(service_context(current().need_organisation())):
            page = self._holders[name].export_person(person=person, cursor=state.cursor)
        lines = b"".join(
            msgspec.json.encode(Gathered(service=name, record=each)) + b"\n"
            for each in page.records
        )
        now = _progress(
            state,
            ask=state.ask if page.cursor is not None else others,
            cursor=page.cursor,
            counts={**state.counts, name: state.counts.get(name, 0) + len(page.records)},
        )

        def effect(session: Session) -> Progress[GatheringState]:
            if lines:
                jobs.add_part(session, job, RESULT, lines)
            return now

        return effect

    def _finish(self, job: Job, state: GatheringState) -> Effect[GatheringState]:
        organisation = current().need_organisation()
        with self._service.reading() as session:
            parts = list(jobs.parts(session, job, RESULT))
        with tempfile.TemporaryFile() as target:
            eventlet.tpool.execute(pack, _gathered(parts), self._files, organisation, target)
            target.seek(0)
            stored = self._files.put(organisation, target, limit=LARGEST_FILE)
        file = JobFile(
            key=stored.key, name="person.zip", content_type="application/zip", size=stored.size
        )
        end = GatheringState(contact_id=state.contact_id, counts=state.counts)
        return lambda session: _progress(end, finished=True, result=file)


def _gathered(parts: list[bytes]) -> Iterator[Gathered]:
    decoder = msgspec.json.Decoder(Gathered)
    for part in parts:
        yield from decoder.decode_lines(part)


def _progress(
    state: GatheringState,
    *,
    finished: bool = False,
    result: JobFile | None = None,
    **changes: object,
) -> Progress[GatheringState]:
    now = msgspec.structs.replace(state, **changes)
    done = sum(now.counts.values())
    return Progress(
        state=now,
        done=done,
        total=done if finished else None,
        counts=now.counts,
        finished=finished,
        result=result,
    )
