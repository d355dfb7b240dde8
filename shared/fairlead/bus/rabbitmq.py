"""The bus on RabbitMQ.

kombu reads the address (several brokers, TLS) and opens connections; the messages themselves go
through py-amqp, whose frames one greenlet for each connection reads while others write. That is
several times what a pooled connection and a confirm for each message reach (docs/adr/0001).

Three lines, so that none can stop another: calls (requests out, replies in, over RabbitMQ's
direct reply-to, which needs one channel for both), work (requests and events in, replies and
settlements out), and events out with confirms, which a broker in need of memory may block.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import amqp
import eventlet
import structlog
from eventlet.semaphore import Semaphore

from ..errors import Unavailable
from .broker import (
    OnBroken,
    OnLost,
    OnMessage,
    OnReply,
    OnUnroutable,
    Publication,
    dead_queue,
    event_queue,
    report,
    request_queue,
)
from .confirms import Confirms
from .line import AWAY, Line

log = structlog.get_logger(__name__)

EXCHANGE = "fairlead.events"
REPLY_TO = "amq.rabbitmq.reply-to"
# RabbitMQ 4 drops a message of a quorum queue after 20 deliveries unless it is told where to put
# it; said here so that every version does the same.
DELIVERY_LIMIT = 20
TRANSIENT, PERSISTENT = 1, 2


class _Message:
    __slots__ = ("_message", "body")

    def __init__(self, message: Any) -> None:
        self._message = message
        self.body = _body(message)

    def done(self) -> None:
        try:
            self._message.channel.basic_ack(self._message.delivery_info["delivery_tag"])
        except AWAY:
            # The channel it came on is gone: the broker hands it out again, and the inbox table
            # knows it.
            log.info("settlement lost with its channel")

    def answer(self, body: bytes) -> None:
        asker = self._message.properties
        if "reply_to" not in asker or "correlation_id" not in asker:
            log.warning("a request that nobody waits for")
            return
        reply = amqp.Message(body, correlation_id=asker["correlation_id"], delivery_mode=TRANSIENT)
        try:
            self._message.channel.basic_publish(reply, "", asker["reply_to"])
        except AWAY:
            log.info("answer lost with its channel")


class RabbitMQ:
    """A broker at `uri` (AMQP 0-9-1; several, separated by `;`, are tried in turn)."""

    def __init__(self, uri: str, *, heartbeat: int = 20) -> None:
        self._calls = Line(uri, "calls", heartbeat, self._open_calls, self._lost_calls)
        self._work = Line(uri, "work", heartbeat, self._open_work)
        self._events = Line(uri, "events", heartbeat, self._open_events, self._lost_events)
        self._served: list[tuple[str, OnMessage, int]] = []
        self._subscribed: list[tuple[str, Sequence[str], OnMessage, OnMessage, int]] = []
        self._expected: list[tuple[str, Sequence[str]]] = []
        self._on_reply: OnReply = lambda correlation, body: None
        self._on_unroutable: OnUnroutable = lambda correlation: None
        self._on_lost: OnLost = lambda: None
        self._call_channel: Any = None
        self._outlet: tuple[Any, Confirms] | None = None
        self._publishing = Semaphore(1)
        self._paused = False

    def serve(self, service: str, on_request: OnMessage, *, prefetch: int) -> None:
        self._served.append((service, on_request, prefetch))

    def subscribe(
        self,
        service: str,
        topics: Sequence[str],
        on_event: OnMessage,
        on_dead: OnMessage,
        *,
        prefetch: int,
    ) -> None:
        self._subscribed.append((service, topics, on_event, on_dead, prefetch))

    def expect(self, service: str, topics: Sequence[str]) -> None:
        self._expected.append((service, topics))

    def listen(self, on_reply: OnReply, on_unroutable: OnUnroutable, on_lost: OnLost) -> None:
        self._on_reply, self._on_unroutable, self._on_lost = on_reply, on_unroutable, on_lost

    def request(self, service: str, body: bytes, *, correlation: str, seconds: float) -> None:
        message = amqp.Message(
            body,
            correlation_id=correlation,
            reply_to=REPLY_TO,
            expiration=str(int(seconds * 1000)),
            delivery_mode=TRANSIENT,
        )
        self._calls.wait_for_room()
        if self._call_channel is None:
            raise _away()
        try:
            self._call_channel.basic_publish(message, "", request_queue(service), mandatory=True)
        except AWAY as error:
            raise _away() from error

    def publish(self, batch: Sequence[Publication]) -> None:
        outlet = self._outlet
        if outlet is None:
            raise _away()
        try:
            taken = self._publish(batch, *outlet)
        except AWAY as error:
            if outlet is self._outlet:
                self._events.drop()  # which confirms are missing is not known any more
            raise _away() from error
        if not taken:
            raise Unavailable("bus.refused", "The message bus could not take an event")

    def _publish(self, batch: Sequence[Publication], channel: Any, confirms: Confirms) -> bool:
        with self._publishing:  # numbers in a row, though waiting for room lets others run
            first = confirms.sent + 1
            for publication in batch:
                self._events.wait_for_room()
                channel.basic_publish(_persistent(publication), EXCHANGE, publication.topic)
                confirms.sent += 1
            last = confirms.sent
        return confirms.wait(first, last)

    def connected(self) -> bool:
        return self._calls.is_open and self._work.is_open and self._events.is_open

    def start(self, on_broken: OnBroken = report) -> None:
        for line in (self._events, self._calls, self._work):  # what handlers need first
            line.start(on_broken)

    def pause(self) -> None:
        self._paused = True
        self._work.cancel_consumers()

    def stop(self) -> None:
        self._paused = True
        lines = (self._work, self._calls, self._events)
        for stopping in [eventlet.spawn(line.stop) for line in lines]:
            stopping.wait()

    def _open_calls(self, connection: Any) -> None:
        channel = _channel(connection)
        channel.events["basic_return"].add(self._returned)
        channel.basic_consume(REPLY_TO, no_ack=True, callback=self._replied)
        self._call_channel = channel

    def _lost_calls(self) -> None:
        self._call_channel = None
        self._on_lost()

    def _replied(self, message: Any) -> None:
        self._on_reply(message.properties.get("correlation_id", ""), _body(message))

    def _returned(self, error: Exception, exchange: str, key: str, message: Any) -> None:
        self._on_unroutable(message.properties["correlation_id"])

    def _open_work(self, connection: Any) -> None:
        if self._paused:
            return
        for service, on_request, prefetch in self._served:
            channel = _channel(connection)
            channel.basic_qos(0, prefetch, False)
            queue = request_queue(service)
            channel.queue_declare(queue, durable=True, auto_delete=False)
            channel.basic_consume(queue, callback=partial(self._hand_out, on_request))
        for service, topics, on_event, on_dead, prefetch in self._subscribed:
            channel = _channel(connection)
            channel.basic_qos(0, prefetch, False)
            _declare_events(channel, service, topics)
            channel.basic_consume(event_queue(service), callback=partial(self._hand_out, on_event))
            channel.basic_consume(dead_queue(service), callback=partial(self._hand_out, on_dead))

    def _hand_out(self, on_message: OnMessage, message: Any) -> None:
        if not self._paused:  # what was on its way goes back to the queue with the connection
            on_message(_Message(message))

    def _open_events(self, connection: Any) -> None:
        channel = _channel(connection)
        channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
        for service, topics in self._expected:  # before anything can be said
            _declare_events(channel, service, topics)
        channel.confirm_select()
        confirms = Confirms()
        channel.events["basic_ack"].add(confirms.acked)
        channel.events["basic_nack"].add(confirms.nacked)
        self._outlet = channel, confirms

    def _lost_events(self) -> None:
        if self._outlet is not None:
            self._outlet[1].broken()
        self._outlet = None


def _channel(connection: Any) -> Any:
    channel = connection.channel()
    channel.auto_decode = False  # a body is bytes, whatever a stranger's header says of it
    return channel


def _declare_events(channel: Any, service: str, topics: Sequence[str]) -> None:
    queue, dead = event_queue(service), dead_queue(service)
    channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)
    quorum: dict[str, Any] = {"x-queue-type": "quorum"}
    channel.queue_declare(dead, durable=True, auto_delete=False, arguments=quorum)
    channel.queue_declare(
        queue,
        durable=True,
        auto_delete=False,
        arguments={
            **quorum,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
        },
    )
    for topic in topics:
        channel.queue_bind(queue, EXCHANGE, topic)


def _body(message: Any) -> bytes:
    return message.body or b""  # py-amqp says an empty one with a str


def _persistent(publication: Publication) -> Any:
    return amqp.Message(
        publication.body,
        message_id=publication.id,
        content_type="application/json",
        delivery_mode=PERSISTENT,
    )


def _away() -> Unavailable:
    return Unavailable("bus.away", "The message bus is away")
