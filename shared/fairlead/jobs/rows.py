"""The jobs of a service: a table, beside those of its events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..bus.outbox import publish
from ..context import Context, current
from ..errors import Conflict, NotFound
from ..store import (
    JSON,
    Base,
    Claimable,
    Json,
    LeaseLost,
    Order,
    Page,
    Scoped,
    claim,
    due_index,
    insert_into,
    new_id,
    page,
    word,
)
from .messages import Counts, Cursor, Job, JobChanged, JobFile, JobProblem, JobState, cursor_of

LEASE_SECONDS = 45.0


class JobRow(Claimable, Scoped, Base):
    """A job. `cursor` is its kind's own note of what comes next; `tries` counts how often that
    failed, or was left by somebody who died of it."""

    __tablename__ = "fairlead_jobs"

    id: Mapped[UUID]
    service: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(300))
    subject: Mapped[UUID | None]
    state: Mapped[JobState] = mapped_column(word(JobState))
    cancelling: Mapped[bool] = mapped_column(default=False)
    cursor: Mapped[Cursor] = mapped_column(JSON)
    context: Mapped[Context] = mapped_column(Json(Context))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    refused: Mapped[int] = mapped_column(default=0)
    counts: Mapped[Counts] = mapped_column(JSON, default=dict)
    problems: Mapped[list[JobProblem]] = mapped_column(Json(list[JobProblem]), default=list)
    message: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[JobFile | None] = mapped_column(Json(JobFile))
    refusals: Mapped[JobFile | None] = mapped_column(Json(JobFile))
    tries: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    told_at: Mapped[dt.datetime]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "created_at", "id"),
        due_index("fairlead_jobs"),
    )


class JobPart(Scoped, Base):
    """A piece of a file that a job is making, committed with the step that made it."""

    __tablename__ = "fairlead_job_parts"

    job_id: Mapped[UUID]
    file: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "job_id", "file", "number"),
        ForeignKeyConstraint(
            ["organisation_id", "job_id"],
            ["fairlead_jobs.organisation_id", "fairlead_jobs.id"],
            ondelete="CASCADE",
        ),
    )


def keys_held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of `keys` of the file store that a job's files are, or that its note names."""
    found = session.execute(select(JobRow.result, JobRow.refusals, JobRow.cursor))
    texts = [msgspec.json.encode(tuple(row)) for row in found]
    return {key for key in keys if any(key.encode() in text for text in texts)}


ORDER = Order(JobRow.created_at.desc(), JobRow.id.desc())


def start(
    session: Session,
    service: str,
    kind: str,
    state: msgspec.Struct,
    *,
    label: str = "",
    subject: UUID | None = None,
    total: int | None = None,
    id: UUID | None = None,
) -> Job:
    """Queue a job of `kind`, beginning at `state`, in the name of the caller.

    With the `id` of a job that was started already it changes nothing and answers that one;
    Conflict `jobs.other_kind` where that is another kind's.
    """
    now = _now()
    context = current()
    insert = insert_into(session, JobRow).values(
        id=id or new_id(),
        organisation_id=context.need_organisation(),
        service=service,
        kind=kind,
        label=label[:300],
        subject=subject,
        state=JobState.QUEUED,
        cancelling=False,
        cursor=cursor_of(state),
        context=context,
        done=0,
        total=total,
        refused=0,
        counts={},
        problems=[],
        message="",
        tries=0,
        attempts=0,
        version=1,
        created_at=now,
        updated_at=now,
        told_at=now,
        due_at=now,
    )
    made = session.execute(insert.on_conflict_do_nothing().returning(JobRow.id)).first()
    row = get(session, id if made is None and id is not None else made[0])  # type: ignore[index]
    if row.kind != kind:
        raise Conflict("jobs.other_kind", "This id is another job's")
    if made is not None:
        publish(session, JobChanged(job=job_of(row)))
    return job_of(row)


def find(session: Session, id: UUID, *, lock: bool = False) -> JobRow | None:
    """The job, if there is one."""
    query = select(JobRow).where(JobRow.id == id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def get(session: Session, id: UUID, *, lock: bool = False) -> JobRow:
    """The job; NotFound `jobs.not_found`."""
    row = find(session, id, lock=lock)
    if row is None:
        raise NotFound("jobs.not_found", "There is no such job")
    return row


def listed(
    session: Session,
    *,
    kind: str | None,
    state: JobState | None,
    subject: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[JobRow]:
    """Jobs of the session's organisation, the newest first."""
    query = select(JobRow)
    if kind is not None:
        query = query.where(JobRow.kind == kind)
    if state is not None:
        query = query.where(JobRow.state == state)
    if subject is not None:
        query = query.where(JobRow.subject == subject)
    return page(session, query, ORDER, cursor=cursor, limit=limit)


def claim_next(session: Session, owner: str, now: dt.datetime) -> JobRow | None:
    """The job that is due and has waited longest, leased to `owner`.

    One whose lease ran out was left by somebody who died, perhaps of it: that is a failed try.
    """
    found = claim(session, JobRow, now=now, owner=owner, limit=1, lease_seconds=LEASE_SECONDS)
    for row in found:
        if row.reclaimed:
            row.tries += 1
    return next(iter(found), None)


def held(session: Session, claimed: JobRow) -> JobRow:
    """The claimed job, kept from others until the transaction ends; LeaseLost where it is no
    longer held by the same claim."""
    row = get(session, claimed.id, lock=True)
    if (row.owner, row.attempts, row.done_at) != (claimed.owner, claimed.attempts, None):
        raise LeaseLost(f"job {claimed.id} is no longer ours")
    return row


def renew(session: Session, claimed: Sequence[JobRow], now: dt.datetime) -> None:
    """Keep the leases of jobs that are being worked on."""
    until = now + dt.timedelta(seconds=LEASE_SECONDS)
    for row in claimed:
        session.execute(
            update(JobRow)
            .where(JobRow.organisation_id == row.organisation_id, JobRow.id == row.id)
            .where(JobRow.owner == row.owner, JobRow.attempts == row.attempts)
            .where(JobRow.done_at.is_(None))
            .values(lease_until=until)
            .execution_options(synchronize_session=False)
        )


def wake(session: Session, id: UUID, now: dt.datetime) -> None:
    """Let a job that waits go on now. What its next step finds has to be committed with this."""
    row = get(session, id, lock=True)
    if not row.state.ended:
        row.due_at = now


def expire_leases(session: Session, now: dt.datetime) -> None:
    """Let go of what an earlier process of the same store held. Only where there is no other."""
    session.execute(
        update(JobRow)
        .where(JobRow.done_at.is_(None), JobRow.lease_until.is_not(None))
        .values(lease_until=now)
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, before: dt.datetime, limit: int) -> int:
    """Drop jobs that ended before `before`, some at a time; returns how many."""
    old = session.scalars(select(JobRow).where(JobRow.done_at < before).limit(limit)).all()
    for row in old:
        session.delete(row)
    return len(old)


def add_part(session: Session, job: Job, file: str, content: bytes) -> None:
    """Write a further piece of a file that the job is making."""
    last = session.scalar(
        select(func.max(JobPart.number)).where(JobPart.job_id == job.id, JobPart.file == file)
    )
    number = 0 if last is None else last + 1
    session.add(JobPart(job_id=job.id, file=file, number=number, content=content))


def parts(session: Session, job: Job, file: str) -> Iterator[bytes]:
    """The pieces of a file that the job is making, in order, one at a time."""
    number = -1
    while True:
        part = session.scalars(
            select(JobPart)
            .where(JobPart.job_id == job.id, JobPart.file == file, JobPart.number > number)
            .order_by(JobPart.number)
            .limit(1)
        ).first()
        if part is None:
            return
        number = part.number
        session.expunge(part)
        yield part.content


def drop_parts(session: Session, job_id: UUID) -> None:
    """Forget the pieces: the job has ended."""
    session.execute(delete(JobPart).where(JobPart.job_id == job_id))


def job_of(row: JobRow) -> Job:
    """The row as it is told."""
    return Job(
        id=row.id,
        service=row.service,
        kind=row.kind,
        label=row.label,
        subject=row.subject,
        state=row.state,
        cancelling=row.cancelling,
        done=row.done,
        total=row.total,
        refused=row.refused,
        counts=row.counts,
        problems=row.problems,
        message=row.message,
        result=row.result,
        refusals=row.refusals,
        started_by=row.context.user,
        started_by_name=row.context.user_name or "",
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        finished_at=row.done_at,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
