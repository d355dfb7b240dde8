"""Contacts from a CSV file, some rows at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.contacts import ImportPlan
from contracts.jobs import Job, JobFile, JobProblem
from fairlead.context import current
from fairlead.files import FileStore
from fairlead.jobs import rows as jobs
from fairlead.jobs.work import Effect, Made, Progress
from fairlead.service import ServiceStore
from fairlead.spreadsheet import lines

from .domain import sheet
from .domain.sheet import Row
from .store import contacts, remarks
from .taking import Batch
from .views import definition_of

AT_ONCE = 100  # rows of a step, which nothing interrupts in a process that does everything
REFUSALS, SEEN = "refusals", "seen"
LARGEST_FILE = 512 * 1024 * 1024
# Files that are kept open between steps: one for each greenlet that works on jobs. One more is
# read anew when its turn comes.
MOST_OPEN = 2


class ImportState(msgspec.Struct):
    """How far an import is: `row` rows are worked off."""

    file: str
    plan: ImportPlan
    dry_run: bool
    row: int = 0
    total: int = 0
    refused: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    companies: int = 0
    finishing: bool = False


@dataclass
class _Reading:
    """A file under way, so that each step goes on where the last one ended. `seen` is what the
    rows before would have made, in a dry run."""

    rows: Iterator[tuple[int, list[str]]]
    row: int
    heading: list[str]
    total: int
    seen: dict[str, UUID] | None


class Importer:
    """The kind of job `import`."""

    def __init__(self, store: ServiceStore, files: FileStore) -> None:
        self._store = store
        self._files = files
        self._under_way: OrderedDict[UUID, _Reading] = OrderedDict()

    def step(self, job: Job, state: ImportState) -> Effect[ImportState]:
        """The next rows, or the end."""
        if state.finishing:
            made = self.made(job, state)
            return lambda session: _progress(state, finished=True, refusals=made.refusals)
        organisation = current().need_organisation()
        with self._store.reading() as session:
            region = contacts.region(session)
            known = {each.key: definition_of(each) for each in remarks.fields(session)}
        reading = self._reading(job, state, organisation)
        batch = [
            sheet.understand(line, cells, state.plan, known, region)
            for line, cells in _some(reading.rows, AT_ONCE)
        ]
        reading.row += len(batch)
        return lambda session: self._take(session, job, state, reading, batch)

    def made(self, job: Job, state: ImportState) -> Made:
        """The refusals so far, as a file."""
        self._under_way.pop(job.id, None)
        if not state.refused:
            return Made()
        with self._store.reading() as session:
            parts = list(jobs.parts(session, job, REFUSALS))
        stored = self._files.put(current().need_organisation(), parts, limit=LARGEST_FILE)
        return Made(
            refusals=JobFile(
                key=stored.key,
                name=f"refused-{job.label or 'contacts.csv'}"[:255],
                content_type="text/csv",
                size=stored.size,
            )
        )

    def _reading(self, job: Job, state: ImportState, organisation: UUID) -> _Reading:
        reading = self._under_way.pop(job.id, None)
        if reading is None or reading.row != state.row:
            reading = self._open(job, state, organisation)
        self._under_way[job.id] = reading
        while len(self._under_way) > MOST_OPEN:
            self._under_way.popitem(last=False)
        return reading

    def _open(self, job: Job, state: ImportState, organisation: UUID) -> _Reading:
        text, _ = sheet.decode(self._files.read(organisation, state.file), state.plan.encoding)
        total = sum(1 for _ in sheet.read(text, state.plan.delimiter)) - state.plan.header
        rows = sheet.read(text, state.plan.delimiter)
        heading = next(rows)[1] if state.plan.header else []
        for _ in _some(rows, state.row):
            pass
        seen: dict[str, UUID] | None = None
        if state.dry_run:
            seen = {}
            with self._store.reading() as session:
                for part in jobs.parts(session, job, SEEN):
                    seen |= msgspec.json.decode(part, type=dict[str, UUID])
        return _Reading(rows, state.row, heading, max(total, 0), seen)

    def _take(
        self,
        session: Session,
        job: Job,
        state: ImportState,
        reading: _Reading,
        batch: list[Row],
    ) -> Progress[ImportState]:
        taken = Batch(session, state.plan, reading.seen)
        taken.take([row for row in batch if row.refused is None])
        if reading.seen is not None and taken.learnt:
            reading.seen |= taken.learnt
            jobs.add_part(session, job, SEEN, msgspec.json.encode(taken.learnt))
        refused = [row for row in batch if row.refused is not None]
        if refused:
            first = state.refused == 0
            content = "".join(_refusals(reading.heading, refused, first=first))
            jobs.add_part(session, job, REFUSALS, content.encode())
        now = msgspec.structs.replace(
            state,
            row=state.row + len(batch),
            total=reading.total,
            refused=state.refused + len(refused),
            created=state.created + taken.created,
            updated=state.updated + taken.updated,
            unchanged=state.unchanged + taken.unchanged,
            companies=state.companies + taken.companies,
            finishing=len(batch) < AT_ONCE,
        )
        problems = [
            JobProblem(line=row.line, field=row.refused[0], reason=row.refused[1])
            for row in refused
            if row.refused is not None
        ]
        return _progress(now, problems=problems)


def _progress(state: ImportState, **more: Any) -> Progress[ImportState]:
    return Progress(
        state=state,
        done=state.row,
        total=state.total,
        refused=state.refused,
        counts={
            "created": state.created,
            "updated": state.updated,
            "unchanged": state.unchanged,
            **({"companies": state.companies} if state.companies else {}),
        },
        **more,
    )


def _some(rows: Iterator[tuple[int, list[str]]], count: int) -> list[tuple[int, list[str]]]:
    return list(islice(rows, count))


def _refusals(heading: Sequence[str], refused: Sequence[Row], *, first: bool) -> Iterator[str]:
    """The refused rows as they came, with where and why behind; mended they can come again."""
    width = max([len(heading), *(len(row.cells) for row in refused)])
    padded = [*heading, *[""] * (width - len(heading))]
    made = lines(
        [*padded, "refused line", "refused column", "refused reason"],
        (
            [*row.cells, *[""] * (width - len(row.cells)), row.line, *(row.refused or ("", ""))]
            for row in refused
        ),
    )
    header = next(made)
    if first:
        yield header
    yield from made
