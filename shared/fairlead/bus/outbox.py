"""The outbox: an event is a row of the transaction that caused it, and leaves afterwards.

Sending after the commit instead loses events: a process can die in between, and a broker that is
down makes the sending fail when the change is already made. The rows of a transaction that ends
here are born with a lease of this process's relay, which gets them from memory when they are
committed and reads nothing. All others (of a process that died, or whose bus was away) it takes by
lease and not by "the last sequence number seen", because numbers are given out in another order
than commits happen. It deletes rows when the transport has confirmed them. A relay that dies in
between leaves a batch to be sent again, which the hearers' inbox tables know.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import eventlet
import structlog
from eventlet.semaphore import Semaphore
from sqlalchemy import Index, LargeBinary, String, delete, func, insert, or_, select, update
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Mapped, Session, mapped_column

from .. import metrics
from ..bell import Bell
from ..context import Context, current
from ..contract import Event, topic
from ..errors import Unavailable
from ..store import (
    EVERYWHERE,
    Base,
    Database,
    ScopedSession,
    UTCDateTime,
    is_away,
    is_serialization,
    new_id,
    organisation_of,
)
from .broker import Broker, Publication
from .wire import encode, envelope

log = structlog.get_logger(__name__)

T = TypeVar("T")

BATCH = 200
BATCHES = 4  # under way at once: a slow one does not hold up the others
ROOM = 2_000  # committed events that wait here in memory for their batch
MANY = 20  # events of one transaction that let those of smaller ones go first
LEASE = dt.timedelta(seconds=40)  # longer than the wait for confirms
IDLE_SECONDS = 1.0
GATHER_SECONDS = 0.02
FORGET_SECONDS = 0.05

_LEAVING, _OURS = "fairlead leaving", "fairlead ours"


class Leaving(NamedTuple):
    """An event that is in the outbox."""

    id: UUID
    topic: str
    body: bytes


class OutboxRow(Base):
    """An event that has not left yet."""

    __tablename__ = "fairlead_outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(120))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    leased_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (Index("fairlead_outbox_created", "created_at"),)


def publish(session: Session, event: Event, *, context: Context | None = None) -> UUID:
    """Let `event` leave when the session's transaction commits. Returns the event's id."""
    id = new_id()
    organisation = organisation_of(session)
    if context is None:
        context = current()
    if organisation is None:
        organisation = context.organisation
    body = encode(envelope(event, id=id, context=context, organisation=organisation))
    leaving(session).append(Leaving(id, topic(type(event)), body))
    return id


def leaving(session: Session) -> list[Leaving]:
    """What the session's transaction has published so far."""
    found: list[Leaving] = session.info.setdefault(_LEAVING, [])
    return found


def lease(session: Session) -> None:
    """Let what the session publishes be leased from the start, to who gives it to a relay."""
    session.info[_OURS] = True


_INSERT = insert(OutboxRow.__table__)  # type: ignore[arg-type]


@listens_for(ScopedSession, "before_commit")
def _write(session: Session) -> None:
    rows = leaving(session)
    if not rows:
        return
    now = dt.datetime.now(dt.UTC)
    until = now + LEASE if _OURS in session.info else None
    values = [{**row._asdict(), "created_at": now, "leased_until": until} for row in rows]
    session.connection().execute(_INSERT, values)


class Relay:
    """Takes a service's events from its outbox to the bus. Any number may run at once."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        service: str,
        spawn: Callable[[Callable[[], None]], object] = eventlet.spawn,
    ) -> None:
        self._database = database
        self._broker = broker
        self._service = service
        self._spawn = spawn
        self._fresh: deque[Leaving] = deque()  # committed here, leased to us
        self._many: deque[Leaving] = deque()  # the same, of an import and its like: they wait
        self._look_at = 0.0  # when to look for others
        self._gone: list[Any] = []  # on the bus, and still in the outbox
        self._wanted = Bell()
        self._ended = Bell()
        self._slots = Semaphore(BATCHES)
        self._stopping = False

    def wake(self, rows: Sequence[Leaving] = ()) -> None:
        """There are new rows: `rows`, which were born with a lease, or any others."""
        if not rows:
            self._look_at = 0.0
        elif len(self._fresh) + len(self._many) < ROOM:  # else when their lease has run out
            (self._fresh if len(rows) < MANY else self._many).extend(rows)
        self._wanted.ring()

    def run(self, *, alone: bool = False) -> None:
        """Relay until `stop`. `alone`: no other process has this outbox, so that what is leased
        was leased by one that is dead."""
        if alone:
            self._patiently(partial(self._free_leases, dt.datetime.now(dt.UTC)))
        while not self._stopping:
            self._slots.acquire()
            rows = self._patiently(self._take) or []
            if rows:
                self._spawn(partial(self._send, rows))
            else:
                self._slots.release()
            if len(rows) < BATCH:
                self._rest()

    def stop(self) -> None:
        """Take along what was written so far, and return when it has left or cannot leave."""
        self._stopping = True
        self.wake()
        for _ in range(BATCHES):
            self._slots.acquire()
        while self._patiently(self.relay):
            """There may be more."""
        self._patiently(self._forget)
        left = [*self._fresh, *self._many]
        if left:
            self._patiently(partial(self._release, left))

    def relay(self) -> int:
        """Send one batch; returns how many events left. Raises Unavailable."""
        rows = self._take()
        if rows:
            self._publish(rows)
            self._gone += rows
            self._forget()
        return len(rows)

    def _rest(self) -> None:
        """Wait for new rows; and while a batch is under way a moment longer, for others to come
        along: a batch costs the same for one as for twenty."""
        self._wanted.wait(max(self._look_at - time.monotonic(), 0))
        self._ended.hush()  # what ended before
        if self._slots.counter < BATCHES:
            self._ended.wait(GATHER_SECONDS)

    def _send(self, rows: list[Any]) -> None:
        try:
            if self._patiently(partial(self._publish, rows)):
                if not self._gone:
                    self._spawn(self._forget_soon)
                self._gone += rows
        finally:
            self._slots.release()
            self._ended.ring()
            if self._many:  # for which there was no place
                self._wanted.ring()

    def _patiently(self, action: Callable[[], T]) -> T | None:
        """What `action` returns; nothing, after a while, when the bus or the store is away."""
        try:
            return action()
        except Unavailable as error:
            log.warning("events wait", service=self._service, reason=error.message)
        except Exception as error:
            if not is_away(error) and not is_serialization(error):
                raise
            log.warning("store away", service=self._service, error=str(error))
        if not self._stopping:
            eventlet.sleep(IDLE_SECONDS)
        return None

    def _publish(self, rows: list[Any]) -> bool:
        try:
            self._broker.publish([Publication(str(r.id), r.topic, r.body) for r in rows])
        except Unavailable:
            self._release(rows)
            raise
        for said, count in Counter(row.topic for row in rows).items():
            metrics.EVENTS_PUBLISHED.labels(self._service, said).inc(count)
        return True

    def _forget_soon(self) -> None:
        """Delete what has left: several batches at once where more are on their way."""
        if self._fresh or self._many or self._slots.counter < BATCHES:
            eventlet.sleep(FORGET_SECONDS)
        self._patiently(self._forget)

    def _forget(self) -> None:
        rows, self._gone = self._gone, []
        if rows:
            self._settle(delete(OutboxRow), rows)

    def _release(self, rows: Sequence[Any]) -> None:
        self._settle(update(OutboxRow).values(leased_until=None), rows)

    def _free_leases(self, begun: dt.datetime) -> None:
        with self._database.transaction(EVERYWHERE) as session:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.leased_until.is_not(None), OutboxRow.created_at < begun)
                .values(leased_until=None)
                .execution_options(synchronize_session=False)
            )

    def _take(self) -> list[Any]:
        """A batch: now and then of what others left behind, else of what was committed here.

        The last place for a batch is for what small transactions say: somebody's change leaves at
        once while an import does, or what a dead process left.
        """
        is_last = self._slots.counter == 0 and not self._stopping
        if time.monotonic() >= self._look_at and not is_last:
            rows = self._claim()
            if len(rows) < BATCH:
                self._look_at = time.monotonic() + IDLE_SECONDS
            if rows:
                return rows
        fresh = [self._fresh.popleft() for _ in range(min(BATCH, len(self._fresh)))]
        room = 0 if is_last else BATCH - len(fresh)
        return fresh + [self._many.popleft() for _ in range(min(room, len(self._many)))]

    def _claim(self) -> list[Any]:
        now = dt.datetime.now(dt.UTC)
        due = (
            select(OutboxRow.id)
            .where(or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until < now))
            .order_by(OutboxRow.created_at, OutboxRow.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._database.transaction(EVERYWHERE) as session:
            claimed = session.execute(
                update(OutboxRow)
                .where(OutboxRow.id.in_(due.scalar_subquery()))
                .values(leased_until=now + LEASE)
                .returning(OutboxRow.id, OutboxRow.topic, OutboxRow.body)
                .execution_options(synchronize_session=False)
            ).all()
        return sorted(claimed, key=lambda row: row.id)

    def _settle(self, statement: Any, rows: Sequence[Any]) -> None:
        with self._database.transaction(EVERYWHERE) as session:
            session.execute(
                statement.where(OutboxRow.id.in_([row.id for row in rows])).execution_options(
                    synchronize_session=False
                )
            )


def waiting(database: Database) -> tuple[int, float]:
    """How many events wait in the outbox, and for how many seconds the oldest has."""
    with database.reading(EVERYWHERE) as session:
        count, oldest = session.execute(
            select(func.count(OutboxRow.id), func.min(OutboxRow.created_at))
        ).one()
    if oldest is None:
        return 0, 0.0
    return count, (dt.datetime.now(dt.UTC) - oldest).total_seconds()
