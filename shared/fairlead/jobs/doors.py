"""The calls and loops of a service that has jobs; `contracts.jobs.Jobs` are its calls."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from ..bus.underway import mentioned
from ..context import current
from ..errors import NotFound
from ..service import EVERYWHERE, Parts, Store, loop, rpc
from . import rows, work
from .messages import Job, JobFile, JobFileKind, JobPage, JobState
from .work import Kind, Worker

KEPT = dt.timedelta(days=30)
FORGOTTEN_AT_ONCE = 200


class JobDoors:
    """To be inherited by a service. It says what its jobs do in `job_kinds`."""

    store = Store()
    job_worker = Parts(lambda store, runtime: Worker(store))

    @abstractmethod
    def job_kinds(self) -> Mapping[str, Kind[Any]]:
        """The kinds of jobs by name."""

    def keys_held(self, session: Session, keys: Collection[str]) -> set[str]:
        """Those of `keys` that other rows of the service than those of jobs have."""
        return set()

    @rpc
    def get_job(self, *, id: UUID) -> Job:
        """One job."""
        with self.store.reading() as session:
            return rows.job_of(rows.get(session, id))

    @rpc
    def list_jobs(
        self,
        *,
        kind: str | None,
        state: JobState | None,
        subject: UUID | None,
        cursor: str | None,
        limit: int,
    ) -> JobPage:
        """Jobs, the newest first."""
        with self.store.reading() as session:
            found = rows.listed(
                session, kind=kind, state=state, subject=subject, cursor=cursor, limit=limit
            )
            return JobPage(jobs=[rows.job_of(row) for row in found.items], cursor=found.next)

    @rpc
    def cancel_job(self, *, id: UUID) -> Job:
        """Have a job end before its next step."""
        with self.store.transaction() as session:
            self._check_right(rows.get(session, id).kind)
            return work.cancel(session, id, dt.datetime.now(dt.UTC))

    @rpc
    def get_job_file(self, *, id: UUID, file: JobFileKind) -> JobFile:
        """A file that a job has made."""
        with self.store.reading() as session:
            job = rows.job_of(rows.get(session, id))
        self._check_right(job.kind)
        found = job.result if file is JobFileKind.RESULT else job.refusals
        if found is None:
            raise NotFound("jobs.no_file", "The job has made no such file")
        return found

    @rpc
    def files_held(self, *, keys: list[str]) -> list[str]:
        """Those keys that a job or another row has, or an event under way."""
        with self.store.reading() as session:
            held = rows.keys_held(session, keys) | self.keys_held(session, keys)
            return sorted(held | mentioned(session, set(keys) - held))

    def _check_right(self, kind: str) -> None:
        self.job_kinds()[kind].right.check(current())

    @loop(every=0.5, greenlets=2)
    def work_on_jobs(self) -> bool:
        """Take jobs some steps further."""
        return self.job_worker.work(self.job_kinds())

    @loop(every=rows.LEASE_SECONDS / 3)
    def keep_job_leases(self) -> bool:
        """Say that what is worked on here still is."""
        self.job_worker.keep_leases()
        return False

    @loop(every=3600.0)
    def forget_jobs(self) -> bool:
        """Drop jobs that ended long ago."""
        before = dt.datetime.now(dt.UTC) - KEPT
        with self.store.transaction(EVERYWHERE) as session:
            return rows.forget(session, before, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE
