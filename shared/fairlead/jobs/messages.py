"""What is told of a job, to whoever follows it."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from ..contract import Event, Message, event

MOST_PROBLEMS = 20
"""How many problems stand in a job itself; its file of refusals has them all."""


class JobState(enum.Enum):
    """How far a job is. The last three are for good."""

    QUEUED = "queued"
    RUNNING = "running"  # some of it is done, or somebody works on it
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing follows."""
        return self in _ENDED


_ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


class JobFileKind(enum.Enum):
    """The files that a job can leave."""

    RESULT = "result"
    REFUSALS = "refusals"  # what was refused, with the reasons, to be mended and given in again


class JobFile(Message):
    """A file that a job has made. `size` in bytes."""

    key: str
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    content_type: str
    size: int


class JobProblem(Message):
    """Something that a job refused. `line` counts from 1, the header's included."""

    line: int | None
    field: str
    reason: str


class Job(Message):
    """A piece of long work and how far it is.

    `done` of `total` are of whatever its kind counts (`total` None until that is known), `refused`
    of the done had no effect, `counts` says what became of the others. `message` says in a sentence
    what it waits for or why it failed. `subject` is the id of what it is about. `problems` are the
    first of them.
    """

    id: UUID
    service: str
    kind: str
    label: str
    subject: UUID | None
    state: JobState
    cancelling: bool
    done: int
    total: int | None
    refused: int
    counts: dict[str, int]
    problems: list[JobProblem]
    message: str
    result: JobFile | None
    refusals: JobFile | None
    started_by: UUID | None
    started_by_name: str
    version: int
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None


class JobPage(Message):
    """Some jobs, the newest first; `cursor` gives the next ones, None at the end."""

    jobs: list[Job]
    cursor: str | None


@event("job.changed", source="services")
class JobChanged(Event):
    """A job, whole, as it went on; several steps may lie between two. An older `job.version` is
    to be ignored."""

    job: Job


Counts = dict[str, int]
Cursor = dict[str, Any]


def cursor_of(state: msgspec.Struct) -> Cursor:
    """A kind's own state as it is kept between two steps."""
    made: Cursor = msgspec.to_builtins(state, str_keys=True)
    return made
