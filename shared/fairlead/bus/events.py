"""Hearing events: the entrypoint `on`, and what happens when a handler fails."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID

import eventlet
import structlog
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, SharedExtension

from .. import metrics
from ..contract import Event, decode, topic
from ..errors import Conflict, Failure, Unavailable
from ..runtime import Runtime, runtime_of
from ..store import is_away, is_overdue, is_serialization
from . import inbox
from .broker import Incoming
from .dead import DeadInbox
from .inbox import AlreadyDone, Work
from .wire import UNREADABLE, Envelope, decode_envelope

log = structlog.get_logger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

PREFETCH = 20
AWAY_SECONDS = 1.0  # between tries while the store is away; nothing is settled meanwhile
RETRY_SECONDS = 1.0
PURGE_SECONDS = 3600.0


class _Settling:
    """Settles a message when each of its handlers has dealt with it."""

    def __init__(self, incoming: Incoming, handlers: int) -> None:
        self._incoming = incoming
        self._left = handlers

    def one_done(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._incoming.done()


class _Kept:
    """A message that was parked here and is taken again; `done` forgets that it was parked."""

    def __init__(self, body: bytes, done: Callable[[], None]) -> None:
        self.body = body
        self.done = done

    def answer(self, body: bytes) -> None:
        """Nobody asked."""


class EventConsumer(SharedExtension):
    """Takes the events that one service wants and gives each to its handlers.

    What comes from the transport is taken in the greenlet that reads it and must not wait there:
    a handler runs in a worker, and what is kept without one is kept in a greenlet of its own.
    """

    def __init__(self) -> None:
        self._handlers: dict[str, list[On]] = {}  # nameko sets extensions up in any order
        self._again: dict[tuple[UUID, str], Work] = {}  # failed before, and worked on now
        self._stopping = False

    def setup(self) -> None:
        self._runtime: Runtime = runtime_of(self.container)
        self._service: str = self.container.service_name

    def register(self, entrypoint: On) -> None:
        """Give `entrypoint` the events it is for."""
        self._handlers.setdefault(topic(entrypoint.event), []).append(entrypoint)

    def start(self) -> None:
        self._database = self._runtime.database(self._service)
        self._runtime.broker.subscribe(
            self._service, sorted(self._handlers), self._take, self._take_dead, prefetch=PREFETCH
        )
        self._runtime.admin.dead_events(self._service, DeadInbox(self._database, self.take_parked))
        self.container.spawn_managed_thread(self._retry)
        self.container.spawn_managed_thread(self._purge)

    def stop(self) -> None:
        # Called by each entrypoint before the container waits for its workers: what waits for the
        # store would keep it waiting.
        self._stopping = True

    def _take(self, incoming: Incoming) -> None:
        try:
            envelope = decode_envelope(incoming.body)
        except UNREADABLE as error:
            self._keep(partial(self._park, incoming.body, str(error)), incoming.done)
            return
        entrypoints = self._handlers.get(envelope.type, [])
        settling = _Settling(incoming, len(entrypoints))
        if not entrypoints:  # bound by an older version of this service
            incoming.done()
        for entrypoint in entrypoints:
            work = Work(
                event_id=envelope.id,
                handler=entrypoint.method_name,
                topic=envelope.type,
                body=incoming.body,
                organisation=envelope.organisation,
            )
            self._run(entrypoint, work, envelope, settling.one_done)

    def _take_dead(self, incoming: Incoming) -> None:
        """Each process that took this one died; it is only kept, for a person to look at."""
        reason = "handed out too often without being settled"
        self._keep(partial(self._park, incoming.body, reason), incoming.done)

    def take_parked(self, id: UUID, body: bytes) -> None:
        """Try a parked message again; raises Conflict where that is of no use."""
        try:
            envelope = decode_envelope(body)
        except UNREADABLE as error:
            raise Conflict("events.unreadable", f"It cannot be read: {error}") from None
        if envelope.type not in self._handlers:
            raise Conflict("events.unknown", f"{self._service} does not hear {envelope.type}")
        forget = partial(inbox.forget_parked, self._database, id)
        self._take(_Kept(body, lambda: self._keep(forget, lambda: None)))

    def _run(
        self, entrypoint: On, work: Work, envelope: Envelope, settled: Callable[[], object]
    ) -> None:
        try:
            event = decode(bytes(envelope.data), entrypoint.event, work.topic)
        except (Failure, RecursionError) as error:
            self._keep(partial(self._fail, work, error, final=True), settled)
            return
        with contextlib.suppress(ContainerBeingKilled):  # it comes again in another process
            self.container.spawn_worker(
                entrypoint,
                (event,),
                {},
                context_data={"context": envelope.context(), "work": work},
                handle_result=partial(
                    self._finish, entrypoint, work, envelope, settled, time.monotonic()
                ),
            )

    def _finish(
        self,
        entrypoint: On,
        work: Work,
        envelope: Envelope,
        settled: Callable[[], object],
        begun: float,
        worker: Any,
        result: Any,
        exc_info: Any,
    ) -> tuple[Any, None]:
        error = exc_info[1] if exc_info else None
        if error is not None and is_away(error):
            # Not settled, so the prefetch fills up and the consumer pauses by itself.
            self._count(work, begun, "store_away")
            log.warning("store away", handler=work.handler, error=str(error))
            if not self._stopping:
                eventlet.sleep(AWAY_SECONDS)
                self._run(entrypoint, work, envelope, settled)
            return None, None
        if error is None and work.attempts and not work.entered:
            recorded = self._patiently(partial(inbox.close, self._database, work))
        elif error is None or isinstance(error, AlreadyDone):
            recorded = True
        else:
            recorded = self._patiently(partial(self._fail, work, error))
        if recorded:
            self._count(work, begun, _outcome(error))
            settled()
        return None, None

    def _count(self, work: Work, begun: float, outcome: str) -> None:
        seconds = time.monotonic() - begun
        metrics.EVENTS_HANDLED.labels(self._service, work.handler, outcome).observe(seconds)

    def _fail(self, work: Work, error: Exception, *, final: bool = False) -> None:
        text = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
        away = isinstance(error, Unavailable)
        dead = inbox.record_failure(self._database, work, text, final=final, away=away)
        if dead:
            self._count(work, time.monotonic(), "dead")
        log.warning(
            "event failed",
            handler=work.handler,
            event_id=str(work.event_id),
            topic=work.topic,
            attempt=work.attempts + 1,
            dead=dead,
            away=away,
            exc_info=None if isinstance(error, Failure) else error,
        )

    def _park(self, body: bytes, error: str) -> None:
        inbox.park(self._database, body, error)
        metrics.EVENTS_HANDLED.labels(self._service, "", "undecodable").observe(0)
        log.error("event parked", service=self._service, error=error)

    def _keep(self, action: Callable[[], object], settled: Callable[[], object]) -> None:
        """Do `action`, which writes to the store, and then `settled`; returns at once."""

        def keep() -> None:
            if self._patiently(action):
                settled()

        self.container.spawn_managed_thread(keep)

    def _patiently(self, action: Callable[[], object]) -> bool:
        """Do `action`; while the store is away, or the row is held by a handler under way, wait
        and do it again. False: given up, because the service stops; what is not settled comes
        again."""
        while True:
            try:
                action()
                return True
            except Exception as error:
                if not (is_away(error) or is_serialization(error) or is_overdue(error)):
                    raise
            if self._stopping:
                return False
            eventlet.sleep(AWAY_SECONDS)

    def _retry(self) -> None:
        while not self._stopping:
            eventlet.sleep(RETRY_SECONDS)
            self._patiently(self._retry_some)

    def _retry_some(self) -> None:
        if self._again:
            inbox.renew(self._database, list(self._again.values()))
        room = PREFETCH - len(self._again)
        if room > 0:
            for work in inbox.claim_failed(self._database, room):
                self.work_again(work)

    def work_again(self, work: Work) -> None:
        """Hand a kept event to its handler."""
        self._again[work.key] = work
        settled = partial(self._again.pop, work.key, None)
        try:
            envelope = decode_envelope(work.body)
        except UNREADABLE as error:
            self._keep(partial(self._fail, work, error, final=True), settled)
            return
        work.organisation = envelope.organisation
        for entrypoint in self._handlers.get(envelope.type, []):
            if work.handler == entrypoint.method_name:
                self._run(entrypoint, work, envelope, settled)
                return
        gone = LookupError(f"no handler {work.handler} any more")
        self._keep(partial(self._fail, work, gone, final=True), settled)

    def _purge(self) -> None:
        while True:
            self._patiently(partial(inbox.purge, self._database))
            eventlet.sleep(PURGE_SECONDS)


def _outcome(error: Exception | None) -> str:
    if isinstance(error, AlreadyDone):
        return "duplicate"
    if isinstance(error, Unavailable):
        return "away"
    return "ok" if error is None else "failed"


class On(Entrypoint):
    """A handler of one kind of event."""

    consumer = EventConsumer()

    def __init__(self, event: type[Event], **options: Any) -> None:
        self.event = event
        super().__init__(**options)

    def setup(self) -> None:
        self.consumer.register(self)

    def stop(self) -> None:
        self.consumer.stop()


def on(event: type[Event]) -> Callable[[F], F]:
    """Make a method hear an event. Its effects belong inside `self.store.once()`."""
    return cast("Callable[[F], F]", On.decorator(event))
