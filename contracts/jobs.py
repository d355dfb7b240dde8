"""Long-running work of any service: what can be asked of it. How it runs is in `fairlead.jobs`."""

from __future__ import annotations

from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, call
from fairlead.jobs.messages import (
    Job,
    JobChanged,
    JobFile,
    JobFileKind,
    JobPage,
    JobProblem,
    JobState,
)

from . import rights
from .common import Cursor, Limit
from .files import FileHolder

__all__ = [
    "Job",
    "JobChanged",
    "JobFile",
    "JobFileKind",
    "JobPage",
    "JobProblem",
    "JobState",
    "Jobs",
]

KindName = Annotated[str, Meta(min_length=1, max_length=60)]


class Jobs(FileHolder, Interface, Protocol):
    """The part of an interface that each service with jobs has."""

    @call(rights.READ)
    def get_job(self, *, id: UUID) -> Job:
        """How far a job is. NotFound `jobs.not_found`."""
        ...

    @call(rights.READ)
    def list_jobs(
        self,
        *,
        kind: KindName | None = None,
        state: JobState | None = None,
        subject: UUID | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> JobPage:
        """Jobs of this service, the newest first. They are kept for 30 days after their end."""
        ...

    @call(rights.READ, mutates=True)
    def cancel_job(self, *, id: UUID) -> Job:
        """Have a job end before its next step; what it did stays done.

        Forbidden to a role that may not start such a job. One that has ended stays as it is.
        """
        ...

    @call(rights.READ)
    def get_job_file(self, *, id: UUID, file: JobFileKind) -> JobFile:
        """A file that a job has made. NotFound `jobs.no_file`.

        Forbidden to a role that may not start such a job.
        """
        ...
