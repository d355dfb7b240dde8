"""A kind of job that takes the rows of a sheet, some at a time.

A service says what a row means and what becomes of it; where the job is, what was refused and how
it goes on after a crash is here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy.orm import Session

from ..context import current
from ..files import FileStore
from ..service import ServiceStore
from ..sheets import Numbered, Sheets
from ..spreadsheet import lines
from . import rows as jobs
from .messages import Job, JobFile, JobProblem
from .work import Effect, Made, Progress

AT_ONCE = 100  # rows of a step, which nothing interrupts in a process that does everything
REFUSALS, SEEN = "refusals", "seen"
LARGEST_FILE = 512 * 1024 * 1024
# Files that are kept open between steps: one for each greenlet that works on jobs. One more is
# read anew when its turn comes.
MOST_OPEN = 2


class SheetPlan(Protocol):
    """What a plan says of how a file is written."""

    encoding: str
    delimiter: str
    header: bool


class SheetRow(Protocol):
    """A row as it was understood; `refused` says in which column and why it cannot be taken."""

    line: int
    cells: list[str]
    refused: tuple[str, str] | None


class SheetState(msgspec.Struct, kw_only=True):
    """How far a job is: `row` rows are worked off. A kind adds its `plan`; `besides` is what it
    counts besides rows."""

    file: str
    dry_run: bool
    row: int = 0
    total: int = 0
    refused: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    besides: dict[str, int] = {}
    finishing: bool = False


@dataclass
class Taken:
    """What became of some rows, and how much `besides` them came of it. `learnt` is what later
    rows of a dry run must know of them."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    besides: Counter[str] = field(default_factory=Counter)
    learnt: dict[str, UUID] = field(default_factory=dict)


S = TypeVar("S", bound=SheetState)
R = TypeVar("R", bound=SheetRow)


@dataclass
class _Reading:
    """A file under way, so that each step goes on where the last one ended. `seen` is what was
    learnt from the rows before, in a dry run."""

    rows: Iterator[Numbered]
    row: int
    heading: list[str]
    total: int
    seen: dict[str, UUID] | None


class SheetJob(ABC, Generic[S, R]):
    """What such a job does. A kind says how its sheets are read, and what becomes of rows."""

    sheets: ClassVar[Sheets]

    def __init__(self, store: ServiceStore, files: FileStore) -> None:
        self._store = store
        self._files = files
        self._under_way: OrderedDict[UUID, _Reading] = OrderedDict()

    @abstractmethod
    def plan(self, state: S) -> SheetPlan:
        """How the file is written."""

    @abstractmethod
    def understanding(self, state: S) -> Callable[[int, Sequence[str]], R]:
        """What tells of the cells of a line what they mean; it may wait."""

    def prepare(self, rows: Sequence[R]) -> None:
        """Ask others about rows that are about to be taken; it may wait, and refuse one by writing
        so into it. In a dry run nobody is asked."""

    @abstractmethod
    def take(
        self, session: Session, state: S, rows: Sequence[R], seen: Mapping[str, UUID] | None
    ) -> Taken:
        """Let the rows have their effect, or say which one they would have had where `seen` is
        given; it refuses a row by writing so into it."""

    def step(self, job: Job, state: S) -> Effect[S]:
        """The next rows, or the end."""
        if state.finishing:
            made = self.made(job, state)
            return lambda session: _progress(state, finished=True, refusals=made.refusals)
        understand = self.understanding(state)
        reading = self._reading(job, state)
        batch = [understand(*each) for each in islice(reading.rows, AT_ONCE)]
        reading.row += len(batch)
        if not state.dry_run:
            self.prepare([row for row in batch if row.refused is None])
        return lambda session: self._take(session, job, state, reading, batch)

    def made(self, job: Job, state: S) -> Made:
        """The refusals so far, as a file."""
        self._under_way.pop(job.id, None)
        if not state.refused:
            return Made()
        with self._store.reading() as session:
            parts = list(jobs.parts(session, job, REFUSALS))
        stored = self._files.put(current().need_organisation(), parts, limit=LARGEST_FILE)
        name = f"refused-{job.label or f'{job.service}.csv'}"[:255]
        file = JobFile(key=stored.key, name=name, content_type="text/csv", size=stored.size)
        return Made(refusals=file)

    def _reading(self, job: Job, state: S) -> _Reading:
        reading = self._under_way.pop(job.id, None)
        if reading is None or reading.row != state.row:
            reading = self._open(job, state)
        self._under_way[job.id] = reading
        while len(self._under_way) > MOST_OPEN:
            self._under_way.popitem(last=False)
        return reading

    def _open(self, job: Job, state: S) -> _Reading:
        plan = self.plan(state)
        content = self._files.read(current().need_organisation(), state.file)
        text, _ = self.sheets.decode(content, plan.encoding)
        total = sum(1 for _ in self.sheets.read(text, plan.delimiter)) - plan.header
        rows = self.sheets.read(text, plan.delimiter)
        heading = next(rows)[1] if plan.header else []
        for _ in islice(rows, state.row):
            pass
        seen: dict[str, UUID] | None = None
        if state.dry_run:
            seen = {}
            with self._store.reading() as session:
                for part in jobs.parts(session, job, SEEN):
                    seen |= msgspec.json.decode(part, type=dict[str, UUID])
        return _Reading(rows, state.row, heading, max(total, 0), seen)

    def _take(
        self, session: Session, job: Job, state: S, reading: _Reading, batch: list[R]
    ) -> Progress[S]:
        taken = self.take(
            session, state, [row for row in batch if row.refused is None], reading.seen
        )
        if reading.seen is not None and taken.learnt:
            reading.seen |= taken.learnt
            jobs.add_part(session, job, SEEN, msgspec.json.encode(taken.learnt))
        refused = [row for row in batch if row.refused is not None]
        if refused:
            content = "".join(_mendable(reading.heading, refused, first=state.refused == 0))
            jobs.add_part(session, job, REFUSALS, content.encode())
        now = replace(
            state,
            row=state.row + len(batch),
            total=reading.total,
            refused=state.refused + len(refused),
            created=state.created + taken.created,
            updated=state.updated + taken.updated,
            unchanged=state.unchanged + taken.unchanged,
            besides=dict(taken.besides + Counter(state.besides)),
            finishing=len(batch) < AT_ONCE,
        )
        problems = [
            JobProblem(line=row.line, field=row.refused[0], reason=row.refused[1])
            for row in refused
            if row.refused is not None
        ]
        return _progress(now, problems=problems)


def _progress(state: S, **more: Any) -> Progress[S]:
    return Progress(
        state=state,
        done=state.row,
        total=state.total,
        refused=state.refused,
        counts={
            "created": state.created,
            "updated": state.updated,
            "unchanged": state.unchanged,
            **state.besides,
        },
        **more,
    )


def _mendable(heading: Sequence[str], refused: Sequence[SheetRow], *, first: bool) -> Iterator[str]:
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
