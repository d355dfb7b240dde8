"""The bus inside one process: what `make up` and fast tests run on.

It promises what RabbitMQ promises: every service gets each event once it is subscribed, nothing is
handed out beyond the prefetch, nobody gets a request that its caller has given up. It keeps
nothing on a disk, so an event is safe only when it is settled: `publish` returns when the inbox of
each service that wants it has it. Until then it stands in the outbox of who said it, and a process
that begins again says it again (docs/adr/0002).

Calls go before events, however many of those there are: see `fairlead.precedence`. A call counts
that was begun for a person; what is asked while an event or a job is worked on is part of that.
And each batch of events has its turn: one event behind the thousand of an import waits for a few.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from ..context import Role, current
from ..errors import Unavailable
from ..precedence import is_unhurried, precedence
from .broker import (
    Answer,
    OnBroken,
    OnLost,
    OnMessage,
    OnReply,
    OnUnroutable,
    Publication,
    event_queue,
    report,
    request_queue,
)

# While calls are under way, so long an event waits before it is handed out all the same: a few
# times as long as a handler's transaction takes, so that a backlog gets a share of its own.
PATIENCE_SECONDS = 0.03


class _Pending:
    """A batch of events until all are settled, or will not be."""

    def __init__(self) -> None:
        self._left = 0
        self._end = Event()

    def one_more(self) -> None:
        self._left += 1

    def settle(self) -> None:
        self._left -= 1
        if self._left == 0 and not self._end.ready():
            self._end.send(True)

    def give_up(self) -> None:
        if not self._end.ready():
            self._end.send(False)

    def wait(self) -> bool:
        """Whether all were settled."""
        return bool(self._left == 0 or self._end.wait())


@dataclass(slots=True)
class _Message:
    body: bytes
    pending: _Pending | None = None  # for an event
    reply: Answer | None = None  # for a request
    expires: float = float("inf")
    call: str = ""  # that goes before events
    slots: Semaphore | None = None

    def done(self) -> None:
        if self.slots is not None:
            self.slots.release()
        if self.pending is not None:
            self.pending.settle()
        precedence.end(self.call)

    def answer(self, body: bytes) -> None:
        if self.reply is not None:
            self.reply(body)


@dataclass(slots=True)
class _Queue:
    """Messages, and who takes them: several that are registered share them.

    What was put at once stays in order, and of several such batches each has its turn. `line` is
    for those that give way to calls, which they do one by one.
    """

    line: Semaphore | None = None
    consumers: list[tuple[OnMessage, int]] = field(default_factory=list)
    waiting: deque[deque[_Message]] = field(default_factory=deque)
    filled: Semaphore = field(default_factory=lambda: Semaphore(0))
    running: list[Any] = field(default_factory=list)

    def put(self, *messages: _Message) -> None:
        self.waiting.append(deque(messages))
        for _ in messages:
            self.filled.release()

    def _next(self) -> _Message:
        batch = self.waiting.popleft()
        message = batch.popleft()
        if batch:
            self.waiting.append(batch)
        return message

    def consume(self, on_message: OnMessage, prefetch: int, on_broken: OnBroken) -> None:
        """Hand messages to `on_message` until `stop`."""
        self.running.append(eventlet.spawn(self._hand_out, on_message, prefetch, on_broken))

    def _hand_out(self, on_message: OnMessage, prefetch: int, on_broken: OnBroken) -> None:
        slots = Semaphore(prefetch)
        try:
            while True:
                slots.acquire()
                self.filled.acquire()
                if self.line is not None:
                    with self.line:
                        precedence.give_way(PATIENCE_SECONDS)
                message = self._next()
                if message.expires < time.monotonic():
                    slots.release()
                    precedence.end(message.call)
                    continue
                message.slots = slots
                on_message(message)
        except Exception as error:
            on_broken(error)

    def stop(self) -> None:
        """Hand out nothing more, and forget what nobody has taken."""
        for consumer in self.running:
            consumer.kill()
        for message in chain.from_iterable(self.waiting):
            if message.pending is not None:
                message.pending.give_up()
        self.running.clear()
        self.waiting.clear()
        self.filled = Semaphore(0)


class EmbeddedBroker:
    """Queues of this process. One instance is shared by all services in it."""

    def __init__(self) -> None:
        self._requests: dict[str, _Queue] = {}
        self._events: dict[str, _Queue] = {}
        self._bindings: dict[str, set[str]] = {}
        self._line = Semaphore(1)
        self._pending: set[_Pending] = set()
        self._on_reply: OnReply = lambda correlation, body: None
        self._on_unroutable: OnUnroutable = lambda correlation: None
        self._on_lost: OnLost = lambda: None
        self._taking_events = False
        self._running = False

    def serve(self, service: str, on_request: OnMessage, *, prefetch: int) -> None:
        queue = self._requests.setdefault(request_queue(service), _Queue())
        queue.consumers.append((on_request, prefetch))

    def subscribe(
        self,
        service: str,
        topics: Sequence[str],
        on_event: OnMessage,
        on_dead: OnMessage,
        *,
        prefetch: int,
    ) -> None:
        # A process that dies takes its queues along: nothing here is handed out too often.
        del on_dead
        for topic in topics:
            self._bindings.setdefault(topic, set()).add(event_queue(service))
        queue = self._events.setdefault(event_queue(service), _Queue(line=self._line))
        queue.consumers.append((on_event, prefetch))

    def expect(self, service: str, topics: Sequence[str]) -> None:
        """Nothing: whoever is not in this process never hears of it."""

    def listen(self, on_reply: OnReply, on_unroutable: OnUnroutable, on_lost: OnLost) -> None:
        self._on_reply, self._on_unroutable, self._on_lost = on_reply, on_unroutable, on_lost

    def request(self, service: str, body: bytes, *, correlation: str, seconds: float) -> None:
        if not self._running:
            raise _away()
        queue = self._requests.get(request_queue(service))
        if queue is None:
            self._on_unroutable(correlation)
            return
        waited_for = current().role is not Role.SERVICE and not is_unhurried()
        call = correlation if waited_for else ""
        if call:
            precedence.begin(call, seconds)
        queue.put(
            _Message(
                body,
                reply=lambda reply: self._on_reply(correlation, reply),
                expires=time.monotonic() + seconds,
                call=call,
            )
        )

    def publish(self, batch: Sequence[Publication]) -> None:
        if not self._taking_events:
            raise _away()
        pending = _Pending()
        wanted: dict[str, list[_Message]] = {}
        for publication in batch:
            for name in self._bindings.get(publication.topic, ()):
                pending.one_more()
                wanted.setdefault(name, []).append(_Message(publication.body, pending=pending))
        for name, messages in wanted.items():
            self._events[name].put(*messages)
        self._pending.add(pending)
        try:
            if not pending.wait():
                raise _away()
        finally:
            self._pending.discard(pending)

    def connected(self) -> bool:
        return self._running

    def start(self, on_broken: OnBroken = report) -> None:
        self._running = self._taking_events = True
        for queue in (*self._requests.values(), *self._events.values()):
            for on_message, prefetch in queue.consumers:
                queue.consume(on_message, prefetch, on_broken)

    def pause(self) -> None:
        # Requests go on: they come from this process alone, from work that is to be finished.
        self._taking_events = False
        for queue in self._events.values():
            queue.stop()

    def stop(self) -> None:
        self.pause()
        self._running = False
        for queue in self._requests.values():
            queue.stop()
        for pending in list(self._pending):
            pending.give_up()
        self._on_lost()


def _away() -> Unavailable:
    return Unavailable("bus.away", "The message bus is not running")
