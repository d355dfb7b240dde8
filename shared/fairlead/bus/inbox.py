"""The inbox: each event has its effect once in each handler, whatever happens around it.

One transaction holds the inbox row, the handler's effects and the events that it publishes. The
row's key is the event and the handler, so what comes twice is dropped. A handler that fails leaves
a row with the error and is tried again later, with growing waits; after the last try the event is
dead, and stands at the admin endpoint until somebody replays or discards it. While a service that
it needs is away it is tried on and on, and none of its tries is used up.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Index,
    LargeBinary,
    String,
    Text,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..store import EVERYWHERE, Base, Database, UTCDateTime, word

FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0
LONGEST_WAIT_AWAY = 60.0  # it is no fault of the event, and what is away may be back any moment
LAST_ATTEMPT = 12
RETRY_LEASE = dt.timedelta(seconds=60)  # renewed while a handler runs
KEPT = dt.timedelta(days=14)  # longer than any broker keeps an event that could come again
PURGED_AT_ONCE = 1000  # rows in one transaction, which other writers wait for
ERROR_LENGTH = 2000


class InboxStatus(enum.Enum):
    """Where an event stands in one handler."""

    DONE = "done"
    FAILED = "failed"  # to be tried again
    DEAD = "dead"  # given up, or never understood


class InboxRow(Base):
    """One event in one handler. The body is kept only while it may be needed again."""

    __tablename__ = "fairlead_inbox"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    handler: Mapped[str] = mapped_column(String(100), primary_key=True)
    topic: Mapped[str] = mapped_column(String(120))
    status: Mapped[InboxStatus] = mapped_column(word(InboxStatus, length=10))
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int]
    next_attempt_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    received_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("fairlead_inbox_status", "status", "next_attempt_at"),)


# Made once: each event begins with it, and to make it costs as much as to run it. It returns
# something because psycopg tells no rowcount for such an insert.
_INSERTS = {
    name: dialect.insert(InboxRow.__table__)
    .on_conflict_do_nothing()
    .returning(InboxRow.__table__.c.event_id)
    for name, dialect in {"postgresql": postgresql, "sqlite": sqlite}.items()
}


class AlreadyDone(Exception):
    """The event had its effect before."""


@dataclass(slots=True)
class Work:
    """One event in one handler, while it is worked on."""

    event_id: UUID
    handler: str
    topic: str
    body: bytes
    organisation: UUID | None
    attempts: int = 0  # failed ones before this
    entered: bool = False  # its effect is committed, or about to be
    since: dt.datetime | None = None  # when it first failed

    @property
    def key(self) -> tuple[UUID, str]:
        """What makes it the same work when it comes again."""
        return self.event_id, self.handler


_work: ContextVar[Work] = ContextVar("fairlead_work")


def begin_work(work: Work) -> None:
    """From here on this greenlet works on `work`."""
    _work.set(work)


@contextmanager
def once(database: Database) -> Iterator[Session]:
    """A transaction in which the event at hand has its effect; raises AlreadyDone before it.

    One for each handler: a second would be dropped should the process die between them, so it
    raises RuntimeError.
    """
    work = _work.get()
    if work.entered:
        raise RuntimeError(f"{work.handler} has a second `once`; all its effects belong into one")
    try:
        with database.transaction(work.organisation or EVERYWHERE) as session:
            if not _enter(session, work):
                raise AlreadyDone
            yield session
            work.entered = True
    except BaseException:
        # Not even the commit: whether it came through, the row tells who tries again.
        work.entered = False
        raise


def _enter(session: Session, work: Work) -> bool:
    if work.attempts:
        return _change(session, work, **_DONE)
    return _add(session, work, InboxStatus.DONE, None, None, keep=False)


_DONE: dict[str, Any] = {
    "status": InboxStatus.DONE,
    "body": None,
    "error": None,
    "next_attempt_at": None,
}


def _change(session: Session, work: Work, **values: Any) -> bool:
    """Change the row of failed work, unless it was done, discarded or tried by another meanwhile;
    returns whether it was changed."""
    statement = (
        update(InboxRow)
        .where(
            InboxRow.event_id == work.event_id,
            InboxRow.handler == work.handler,
            InboxRow.status == InboxStatus.FAILED,
            InboxRow.attempts == work.attempts,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _add(
    session: Session,
    work: Work,
    status: InboxStatus,
    error: str | None,
    next_attempt_at: dt.datetime | None,
    *,
    keep: bool,
) -> bool:
    """Insert the row unless it is there; returns whether it was inserted."""
    values = {
        "event_id": work.event_id,
        "handler": work.handler,
        "topic": work.topic,
        "status": status,
        "body": work.body if keep else None,
        "error": error,
        "attempts": work.attempts + 1,
        "next_attempt_at": next_attempt_at,
        "received_at": dt.datetime.now(dt.UTC),
    }
    insert = _INSERTS[session.get_bind().dialect.name]
    return session.connection().execute(insert, values).first() is not None


def record_failure(
    database: Database, work: Work, error: str, *, final: bool = False, away: bool = False
) -> bool:
    """Keep the failed event with its error; returns whether it is dead now.

    What failed because another service was `away` never is. A row that is there already, and was
    not this work's, knows more and stays.
    """
    attempts = max(work.attempts, 1) if away else work.attempts + 1
    dead = final or (attempts >= LAST_ATTEMPT and not away)
    status = InboxStatus.DEAD if dead else InboxStatus.FAILED
    now = dt.datetime.now(dt.UTC)
    wait = wait_while_away(now - (work.since or now)) if away else wait_before(attempts)
    again = None if dead else now + wait
    error = _storable(error)
    with database.transaction(EVERYWHERE) as session:
        if work.attempts == 0:
            kept = _add(session, work, status, error, again, keep=True)
        else:
            kept = _change(
                session, work, status=status, error=error, attempts=attempts, next_attempt_at=again
            )
    return dead and kept


def _storable(text: str) -> str:
    """`text` without what a database refuses: NUL, and halves of surrogate pairs."""
    short = text[:ERROR_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return short.encode("utf-8", "replace").decode()


def close(database: Database, work: Work) -> None:
    """Failed work is done, though it had no effect this time."""
    with database.transaction(EVERYWHERE) as session:
        _change(session, work, **_DONE)


def wait_before(attempts: int) -> dt.timedelta:
    """How long to wait after `attempts` failures: doubling, bounded, and spread by half.

    Spread, so that what failed together for one reason does not come again in one moment.
    """
    longest = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return dt.timedelta(seconds=longest * (0.5 + random.random() / 2))  # noqa: S311


def wait_while_away(failing: dt.timedelta) -> dt.timedelta:
    """How long to wait for another service when it has been `failing` for so long: as long again,
    bounded, and spread by half."""
    longest = min(max(failing.total_seconds(), FIRST_WAIT), LONGEST_WAIT_AWAY)
    return dt.timedelta(seconds=longest * (0.5 + random.random() / 2))  # noqa: S311


def park(database: Database, body: bytes, error: str) -> None:
    """Keep what could not be understood, raw, so that it stops nothing and is not lost."""
    id = UUID(bytes=hashlib.sha256(body).digest()[:16])
    work = Work(event_id=id, handler="", topic="", body=body, organisation=None)
    record_failure(database, work, error, final=True)


def forget_parked(database: Database, id: UUID) -> None:
    """What was parked has been understood after all, and each handler has it."""
    with database.transaction(EVERYWHERE) as session:
        session.execute(
            delete(InboxRow)
            .where(InboxRow.event_id == id, InboxRow.handler == "")
            .execution_options(synchronize_session=False)
        )


def claim_failed(database: Database, limit: int) -> list[Work]:
    """Events whose next try is due, leased to this process."""
    now = dt.datetime.now(dt.UTC)
    due = (
        select(InboxRow)
        .where(InboxRow.status == InboxStatus.FAILED, InboxRow.next_attempt_at <= now)
        .order_by(InboxRow.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with database.transaction(EVERYWHERE) as session:
        rows = session.scalars(due).all()
        for row in rows:
            row.next_attempt_at = now + RETRY_LEASE
        return [_work_of(row) for row in rows]


def _work_of(row: InboxRow) -> Work:
    return Work(
        event_id=row.event_id,
        handler=row.handler,
        topic=row.topic,
        body=row.body or b"",
        organisation=None,  # stands in the body
        attempts=row.attempts,
        since=row.received_at,
    )


def renew(database: Database, works: Iterable[Work]) -> None:
    """Keep the leases of work that is still going on."""
    until = dt.datetime.now(dt.UTC) + RETRY_LEASE
    with database.transaction(EVERYWHERE) as session:
        for work in works:
            _change(session, work, next_attempt_at=until)


def purge(database: Database) -> int:
    """Forget events that were done long ago, some at a time; returns how many."""
    before = dt.datetime.now(dt.UTC) - KEPT
    old = (
        select(InboxRow.event_id, InboxRow.handler)
        .where(
            # Ids begin with the time they were made at, so that only old rows are looked at.
            InboxRow.event_id < first_id_of(before),
            InboxRow.status == InboxStatus.DONE,
            InboxRow.received_at < before,
        )
        .limit(PURGED_AT_ONCE)
    )
    statement = (
        delete(InboxRow)
        .where(tuple_(InboxRow.event_id, InboxRow.handler).in_(old))
        .execution_options(synchronize_session=False)
    )
    gone = 0
    while True:
        with database.transaction(EVERYWHERE) as session:
            count: int = session.execute(statement).rowcount  # type: ignore[attr-defined]
        gone += count
        if count < PURGED_AT_ONCE:
            return gone


def first_id_of(moment: dt.datetime) -> UUID:
    """An id that is before all that are made from `moment` on (UUID version 7, RFC 9562 §5.7)."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def count_failed(database: Database) -> int:
    """How many events wait for another try."""
    return _count(database, InboxStatus.FAILED)


def count_dead(database: Database) -> int:
    """How many events were given up."""
    return _count(database, InboxStatus.DEAD)


def _count(database: Database, status: InboxStatus) -> int:
    with database.reading(EVERYWHERE) as session:
        rows = select(func.count()).select_from(InboxRow).where(InboxRow.status == status)
        return session.scalar(rows) or 0
