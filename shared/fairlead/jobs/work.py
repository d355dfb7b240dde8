"""Working on jobs: who is due gets some steps, then the next one has its turn."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.orm import Session

from ..bus.outbox import publish
from ..context import acting
from ..contract import Right
from ..errors import Failure
from ..precedence import precedence, unhurried
from ..service import ServiceStore
from ..store import (
    EVERYWHERE,
    LeaseLost,
    StaleVersion,
    backoff,
    is_away,
    is_duplicate,
    is_serialization,
)
from . import rows
from .messages import MOST_PROBLEMS, Job, JobChanged, JobFile, JobProblem, JobState, cursor_of
from .rows import JobRow
from .telling import notice_of

log = structlog.get_logger(__name__)

S = TypeVar("S", bound=msgspec.Struct)

TURN_SECONDS = 2.0  # how long one job is worked on before another has its turn
PATIENCE_SECONDS = 0.3  # how long a step gives way to calls that come one after another
TOLD_SECONDS = 1.0  # at least, between two events that only say how far it is
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
LAST_TRY = 8
LAST_DEATH = 12  # more: a worker may well die of something else
# Another service may be away for hours; with the longest wait this is some four.
LAST_TRY_AWAY = 100

UNFORESEEN = "Something broke that nobody foresaw; the log of the service says what"
DIED = "Whoever worked on it died, again and again, at the same step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Generic[S]):
    """How far a job is after a step. All counts are of the whole job so far; `problems` are those
    of this step. `state` is where the next step begins, if the job is not `finished`, after `wait`
    seconds or when `rows.wake` is called."""

    state: S
    done: int
    total: int | None = None
    refused: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[JobProblem] = ()
    message: str = ""
    finished: bool = False
    result: JobFile | None = None
    refusals: JobFile | None = None
    wait: float = 0.0


Effect = Callable[[Session], Progress[S]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files that a job leaves which ends before its time."""

    result: JobFile | None = None
    refusals: JobFile | None = None


def _nothing(job: Job, state: Any) -> Made:
    return Made()


@dataclass(frozen=True, slots=True)
class Kind(Generic[S]):
    """What jobs of one name do.

    `step` is given the job and its state; it may wait, and answers with the step's effect, which
    must not: it is called in a transaction of the job's organisation. Both run in the context of
    who started the job. A step should take some tenths of a second. It may be begun several times,
    but its effect is committed once.

    A Failure that is not retryable ends the job with its message; whatever else is raised has the
    step tried again, later and later. `right` is who may start, cancel and fetch the files of it.

    `made` is asked, outside of any transaction, before a job ends that was cancelled or given up,
    with the state of its last step; it may be asked several times.
    """

    name: str
    right: Right
    state: type[S]
    step: Callable[[Job, S], Effect[S]]
    made: Callable[[Job, S], Made] = _nothing


class Worker:
    """Works on a service's jobs. Any number of greenlets and processes may call `work`."""

    def __init__(
        self,
        store: ServiceStore,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._store = store
        self._now = now
        self._held: dict[tuple[UUID, UUID], JobRow] = {}
        self._alone = store.database.dialect == "sqlite"

    def work(self, kinds: Mapping[str, Kind[Any]]) -> bool:
        """Take the job that is due and has waited longest some steps further; whether there was
        one."""
        with self._store.transaction(EVERYWHERE) as session:
            if self._alone:  # the file is this process's alone, so who held a lease is dead
                rows.expire_leases(session, self._now())
            row = rows.claim_next(session, secrets.token_hex(8), self._now())
        self._alone = False
        if row is None:
            return False
        key = row.organisation_id, row.id
        self._held[key] = row
        try:
            with acting(row.context), unhurried():
                self._take_turn(row, kinds.get(row.kind))
        except LeaseLost:
            log.warning("job was taken over", job=str(row.id))
        finally:
            del self._held[key]
        return True

    def keep_leases(self) -> None:
        """Say that what is worked on here still is."""
        held = list(self._held.values())
        if held:
            with self._store.transaction(EVERYWHERE) as session:
                rows.renew(session, held, self._now())

    def _take_turn(self, row: JobRow, kind: Kind[Any] | None) -> None:
        until = time.monotonic() + TURN_SECONDS
        going = True
        while going:
            precedence.give_way(PATIENCE_SECONDS)
            try:
                if row.cancelling:
                    self._cancel(row, _made(row, kind))
                    return
                if kind is None:
                    raise LookupError(f"{row.service} has no kind of job {row.kind!r}")
                if row.reclaimed and row.tries >= LAST_DEATH:
                    raise _Died
                last = time.monotonic() >= until
                effect = kind.step(rows.job_of(row), msgspec.convert(row.cursor, kind.state))
                row = self._commit(row, effect, last=last)
                # One that was cancelled meanwhile is not yet where it leaves its files.
                going = (row.owner is not None or row.cancelling) and not row.state.ended
            except LeaseLost:
                raise
            except Exception as error:
                self._fail(row, kind, error)
                return

    def _commit(self, claimed: JobRow, effect: Effect[Any], *, last: bool) -> JobRow:
        with self._store.transaction(claimed.organisation_id) as session:
            row = rows.held(session, claimed)
            now = self._now()
            if not row.cancelling:
                progress = effect(session)
                _write(row, progress, now)
                if row.state is JobState.DONE:
                    _end(session, row, JobState.DONE, now)
                elif last or progress.wait:
                    row.owner, row.lease_until = None, None
                    row.due_at = now + dt.timedelta(seconds=progress.wait)
                _tell(session, row, now)
            return row

    def _cancel(self, claimed: JobRow, made: Made) -> None:
        with self._store.transaction(claimed.organisation_id) as session:
            row = rows.held(session, claimed)
            now = self._now()
            row.result, row.refusals = made.result, made.refusals
            _end(session, row, JobState.CANCELLED, now)
            _tell(session, row, now)

    def _fail(self, claimed: JobRow, kind: Kind[Any] | None, error: Exception) -> None:
        """Have the step tried again, or give the job up."""
        again, sentence = _judge(error, claimed.tries + 1)
        log.warning(
            "job step failed",
            job=str(claimed.id),
            kind=claimed.kind,
            tries=claimed.tries + 1,
            error=str(error),
            exc_info=error if not isinstance(error, Failure) and again else None,
        )
        made = Made() if again else _made_after_all(claimed, kind)
        with self._store.transaction(claimed.organisation_id) as session:
            row = rows.held(session, claimed)
            now = self._now()
            row.tries += 1
            row.last_error = f"{type(error).__name__}: {error}"[:2000].replace("\0", "")
            if again:
                wait = backoff(row.tries, first=FIRST_WAIT, cap=LONGEST_WAIT)
                row.state, row.message = JobState.RUNNING, sentence
                row.owner, row.lease_until = None, None
                was_cancelled = row.cancelling and not claimed.cancelling
                row.due_at = now if was_cancelled else now + dt.timedelta(seconds=wait)
            else:
                row.message = sentence
                row.result, row.refusals = made.result, made.refusals
                _end(session, row, JobState.CANCELLED if row.cancelling else JobState.FAILED, now)
            _tell(session, row, now)


class _Died(Exception):
    pass


def _made(row: JobRow, kind: Kind[Any] | None) -> Made:
    if kind is None:
        return Made()
    return kind.made(rows.job_of(row), msgspec.convert(row.cursor, kind.state))


def _made_after_all(row: JobRow, kind: Kind[Any] | None) -> Made:
    """The files of a job that is given up, if there is a way to them."""
    try:
        return _made(row, kind)
    except Exception as error:
        log.warning("job leaves no files", job=str(row.id), kind=row.kind, error=str(error))
        return Made()


def _judge(error: Exception, tries: int) -> tuple[bool, str]:
    """Whether a step that failed for the `tries`th time is tried again, and what to say of it."""
    if isinstance(error, _Died):
        return False, DIED
    if isinstance(error, StaleVersion) or is_duplicate(error) or is_serialization(error):
        return tries < LAST_TRY, "Others change the same things at this moment"
    if is_away(error):
        return tries < LAST_TRY_AWAY, "The store is away"
    if isinstance(error, Failure):
        return error.retryable and tries < LAST_TRY_AWAY, error.message
    return tries < LAST_TRY, UNFORESEEN


def _write(row: JobRow, progress: Progress[Any], now: dt.datetime) -> None:
    row.cursor = cursor_of(progress.state)
    row.done, row.total, row.refused = progress.done, progress.total, progress.refused
    row.counts = dict(progress.counts)
    if progress.problems and len(row.problems) < MOST_PROBLEMS:
        row.problems = [*row.problems, *progress.problems][:MOST_PROBLEMS]
    row.message = progress.message
    row.result, row.refusals = progress.result, progress.refusals
    row.state = JobState.DONE if progress.finished else JobState.RUNNING
    row.tries, row.last_error = 0, None
    row.lease_until = now + dt.timedelta(seconds=rows.LEASE_SECONDS)


def _end(session: Session, row: JobRow, state: JobState, now: dt.datetime) -> None:
    row.state, row.done_at = state, now
    row.owner, row.lease_until = None, None
    rows.drop_parts(session, row.id)
    notice = notice_of(rows.job_of(row))
    if notice is not None:
        publish(session, notice)


def cancel(session: Session, id: UUID, now: dt.datetime) -> Job:
    """Have the job end before its next step. One that has ended stays as it is.

    One that has not begun ends here; another leaves its files first, as soon as a worker sees it.
    """
    row = rows.get(session, id, lock=True)
    if not row.state.ended and not row.cancelling:
        row.cancelling = True
        if row.state is JobState.QUEUED and (row.lease_until is None or row.lease_until <= now):
            _end(session, row, JobState.CANCELLED, now)
        else:
            row.due_at = now
        _tell(session, row, now, at_once=True)
    return rows.job_of(row)


def _tell(session: Session, row: JobRow, now: dt.datetime, *, at_once: bool = False) -> None:
    row.version += 1
    row.updated_at = now
    due = row.told_at + dt.timedelta(seconds=TOLD_SECONDS) <= now
    if due or at_once or row.state.ended or row.version == 2:
        row.told_at = now
        session.flush()
        publish(session, JobChanged(job=rows.job_of(row)))
