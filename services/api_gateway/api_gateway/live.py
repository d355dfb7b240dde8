"""Live changes: one greenlet reads the log and hands its lines to the open streams."""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

import eventlet
import structlog
from eventlet.queue import Empty, Full, LightQueue

from fairlead.store import EVERYWHERE, Database, is_away

from . import store
from .store import Change

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.25  # also what a change made in another replica waits at most
BATCH = 500
HEARTBEAT_SECONDS = 15.0  # proxies close a stream that is silent for a minute
BACKLOG = 1000  # lines a slow client may be behind before it is sent away to resume
WATCHED_SECONDS = 10.0  # longer than an identity is remembered
ENDED = "sessions.ended"  # a line for the gateways themselves
STREAMS_EACH = 200  # of one organisation in one process


@dataclass(eq=False)
class _Stream:
    organisation: UUID
    user: UUID | None
    queue: LightQueue = field(default_factory=lambda: LightQueue(BACKLOG))
    lost: bool = False


class Live:
    """The open streams of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streams: dict[UUID, set[_Stream]] = defaultdict(set)
        self._wanted = eventlet.event.Event()
        self._last = 0
        self._watched_until = 0.0
        self.on_ended: Callable[[UUID], None] = lambda user: None

    def run(self) -> None:
        """Read the log for ever; idle while nobody listens or watches."""
        while True:
            if not self._is_reading():
                self._wanted.wait()
            try:
                self._hand_out()
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("live log away", error=str(error))
            eventlet.sleep(POLL_SECONDS)

    def _hand_out(self) -> None:
        while True:
            with self._database.reading(EVERYWHERE) as session:
                changes = store.since(session, self._last, BATCH)
            for change in changes:
                self._last = change.number
                if change.type == ENDED and change.user is not None:
                    self._end(change.organisation, change.user)
                    continue
                for stream in list(self._streams[change.organisation]):
                    if change.is_for(stream.user):
                        self._offer(stream, change)
            if len(changes) < BATCH:
                return

    def _end(self, organisation: UUID, user: UUID) -> None:
        """Sessions of the user ended: whoever still may comes again."""
        self.on_ended(user)
        for stream in [each for each in self._streams[organisation] if each.user == user]:
            stream.lost = True
            self._streams[organisation].discard(stream)
            if not stream.queue.full():
                stream.queue.put_nowait(None)  # wakes it

    def watch(self) -> None:
        """Read the log for some seconds from now on, for `on_ended`."""
        if not self._is_reading():
            try:
                self._begin()
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("live log away", error=str(error))
                return
        self._watched_until = time.monotonic() + WATCHED_SECONDS
        self._wake()

    def _is_reading(self) -> bool:
        return any(self._streams.values()) or time.monotonic() < self._watched_until

    def _offer(self, stream: _Stream, change: Change) -> None:
        try:
            stream.queue.put_nowait(change)
        except Full:
            stream.lost = True
            self._streams[change.organisation].discard(stream)

    def stream(
        self,
        organisation: UUID,
        user: UUID | None,
        after: int | None,
        until: dt.datetime | None = None,
    ) -> Iterator[bytes]:
        """Server-sent events for a user, from the line after `after` or from now on, `until` his
        session or token ends; whoever has another comes again with it.

        Where the log does not reach back to `after` any more, the first event is `reset`: fetch
        everything anew.
        """
        stream = _Stream(organisation, user)
        # Listening begins before the log is read, so that nothing falls in between; what comes
        # twice is told by its number.
        self._listen(stream)
        try:
            with self._database.reading(organisation) as session:
                first, last = store.bounds(session)
            sent = last if after is None else after
            yield b": connected\n\n"
            if after is not None and (after > last or (first and after < first - 1)):
                sent = last
                yield _frame(last, "reset", b"{}")
            yield from self._catch_up(organisation, sent, stream, until)
        finally:
            self._streams[organisation].discard(stream)

    def _catch_up(
        self, organisation: UUID, sent: int, stream: _Stream, until: dt.datetime | None
    ) -> Iterator[bytes]:
        while True:
            with self._database.reading(organisation) as session:
                changes = store.since(session, sent, BATCH)
            for change in changes:
                sent = change.number
                if change.type != ENDED and change.is_for(stream.user):
                    yield _frame(change.number, change.type, change.data)
            if len(changes) < BATCH:
                break
        while not stream.lost and (wait := _wait(until)) > 0:
            try:
                change = stream.queue.get(timeout=wait)
            except Empty:
                yield b": still here\n\n"
                continue
            if change is not None and change.number > sent:
                sent = change.number
                yield _frame(change.number, change.type, change.data)

    def _listen(self, stream: _Stream) -> None:
        if not self._is_reading():
            self._begin()
        self._streams[stream.organisation].add(stream)
        self._wake()

    def _begin(self) -> None:
        with self._database.reading(EVERYWHERE) as session:
            last = store.bounds(session)[1]
        # Somebody may have begun to listen meanwhile, and must miss nothing of what is read.
        if not self._is_reading():
            self._last = last

    def _wake(self) -> None:
        wanted, self._wanted = self._wanted, eventlet.event.Event()
        wanted.send()

    def is_full(self, organisation: UUID) -> bool:
        """Whether the organisation has as many streams as it may."""
        return len(self._streams[organisation]) >= STREAMS_EACH


def _wait(until: dt.datetime | None) -> float:
    """How long to wait for a change, in seconds; none where it is over."""
    if until is None:
        return HEARTBEAT_SECONDS
    return min(HEARTBEAT_SECONDS, (until - dt.datetime.now(dt.UTC)).total_seconds())


def _frame(number: int, type: str, data: bytes) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, type.encode(), data)
