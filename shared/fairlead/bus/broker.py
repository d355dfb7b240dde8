"""What the bus asks of a transport: the port that `embedded` and `rabbitmq` implement.

Two roads cross it. A request goes to one of the processes of a service and is answered, or not:
it is transient, nobody waits for the disk. An event is kept until each service that wants it has
worked it off: `publish` returns only when the transport has it safe.

Every callback given to a transport runs in the greenlet that reads messages: it must not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

Answer = Callable[[bytes], None]
OnReply = Callable[[str, bytes], None]
OnUnroutable = Callable[[str], None]
OnLost = Callable[[], None]
OnBroken = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Publication:
    """An event on its way out: `topic` says who gets it, `id` is unique for ever."""

    id: str
    topic: str
    body: bytes


class Incoming(Protocol):
    """A message that was handed to this process and is not yet settled."""

    body: bytes

    def done(self) -> None:
        """Settle it, once. One that is never settled is handed out again when this process dies."""
        ...

    def answer(self, body: bytes) -> None:
        """Send `body` to who asked; for requests only."""
        ...


OnMessage = Callable[[Incoming], None]


def report(error: Exception) -> None:
    """What a script without a better idea does when its transport broke."""
    log.critical("the message bus broke", exc_info=error)


class Broker(Protocol):
    """A transport. Register with `serve` and `subscribe` first, then `start`."""

    def serve(self, service: str, on_request: OnMessage, *, prefetch: int) -> None:
        """Take requests to `service`, at most `prefetch` unsettled at a time."""
        ...

    def subscribe(
        self,
        service: str,
        topics: Sequence[str],
        on_event: OnMessage,
        on_dead: OnMessage,
        *,
        prefetch: int,
    ) -> None:
        """Take the events of `topics` for `service`; every process of it shares one queue.

        `on_dead` gets what the transport itself gave up on: an event that was handed out many
        times and never settled, because each process that took it died.
        """
        ...

    def expect(self, service: str, topics: Sequence[str]) -> None:
        """Let the events of `topics` wait for `service`, though no process of it ever ran. What
        this process says from its `start` on is not lost to it."""
        ...

    def listen(self, on_reply: OnReply, on_unroutable: OnUnroutable, on_lost: OnLost) -> None:
        """Hear replies, learn of requests that no process of the service can get, and that the
        replies to all requests so far will not come."""
        ...

    def request(self, service: str, body: bytes, *, correlation: str, seconds: float) -> None:
        """Send a request that is worth nothing after `seconds`; waits while the broker is slow.

        Raises Unavailable when the transport is away.
        """
        ...

    def publish(self, batch: Sequence[Publication]) -> None:
        """Give events to the transport; returns when it has all of them safe.

        Raises Unavailable when it may not have some of them: publish them all again.
        """
        ...

    def connected(self) -> bool:
        """Whether messages can flow now."""
        ...

    def start(self, on_broken: OnBroken = report) -> None:
        """Connect and begin to hand out messages; keeps trying while the broker is away.

        `on_broken` hears of an error that nobody foresaw, of the transport or of a callback. It
        hands out nothing afterwards: the process has to end and begin again.
        """
        ...

    def pause(self) -> None:
        """Hand out no further messages from other processes, and no further events; what is out
        can still be answered and settled."""
        ...

    def stop(self) -> None:
        """Disconnect. Unsettled messages are handed out again, elsewhere or later."""
        ...


def request_queue(service: str) -> str:
    """The queue that requests to `service` wait in."""
    return f"fairlead.rpc.{service}"


def event_queue(service: str) -> str:
    """The queue of all events that `service` wants."""
    return f"fairlead.events.{service}"


def dead_queue(service: str) -> str:
    """Where the broker puts events of `service` that it gave up handing out."""
    return f"fairlead.events.{service}.dead"
