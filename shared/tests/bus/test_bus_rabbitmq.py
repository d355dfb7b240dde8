"""What only RabbitMQ has: queues that stay, lines that break, strangers, several addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import amqp
import eventlet
import kombu
import pytest

from fairlead.bus import line, rabbitmq
from fairlead.bus.broker import Incoming, Publication, dead_queue, event_queue, request_queue
from fairlead.bus.rabbitmq import RabbitMQ
from fairlead.errors import Unavailable
from fairlead.testing.bus import wait_for
from scripts.servers import rabbitmq as server

pytestmark = [pytest.mark.green, pytest.mark.servers]

TOPIC = "note.written.v1"


class Taker:
    """Takes messages, and settles them unless told otherwise."""

    def __init__(self, *, settles: bool = True) -> None:
        self.taken: list[Incoming] = []
        self._settles = settles

    def __call__(self, incoming: Incoming) -> None:
        self.taken.append(incoming)
        if self._settles:
            incoming.done()

    @property
    def bodies(self) -> list[bytes]:
        return [incoming.body for incoming in self.taken]

    def has(self, count: int) -> bool:
        return len(self.taken) >= count


class Processes:
    """Processes on one vhost, stopped with the test."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.broken: list[Exception] = []
        self._brokers: list[RabbitMQ] = []

    def new(self, uri: str = "") -> RabbitMQ:
        self._brokers.append(RabbitMQ(uri or self.uri))
        return self._brokers[-1]

    def start(self, *brokers: RabbitMQ) -> None:
        for broker in brokers:
            broker.start(self.broken.append)

    def stop(self) -> None:
        for broker in self._brokers:
            broker.stop()
        assert self.broken == []


@pytest.fixture
def processes(amqp_uri: str) -> Iterator[Processes]:
    processes = Processes(amqp_uri)
    yield processes
    processes.stop()


@contextmanager
def stranger(uri: str) -> Iterator[Any]:
    """A channel of somebody who is not ours."""
    with kombu.Connection(uri) as connection:
        yield connection.channel()


def event(body: bytes) -> Publication:
    return Publication(str(uuid4()), TOPIC, body)


def waiting(uri: str, queue: str) -> int:
    """How many messages wait in `queue`, not handed out."""
    with stranger(uri) as channel:
        return int(channel.queue_declare(queue, passive=True).message_count)


def hearing(processes: Processes, taker: Taker, dead: Taker | None = None) -> RabbitMQ:
    broker = processes.new()
    broker.subscribe("archive", [TOPIC], taker, dead or Taker(), prefetch=10)
    processes.start(broker)
    return broker


def test_queues_are_what_they_were_from_the_first_day(
    processes: Processes, amqp_uri: str, rabbitmq: server.RabbitMQ
) -> None:
    """Arguments of a queue that is there cannot change, and one with another name keeps filling:
    whoever changes this list must move what waits in the old ones."""
    broker = processes.new()
    broker.serve("desk", Taker(), prefetch=1)
    broker.subscribe("archive", [TOPIC], Taker(), Taker(), prefetch=1)
    processes.start(broker)
    vhost = amqp_uri.rpartition("/")[2]
    tool = [server._script("rabbitmqctl"), "--node", rabbitmq._node, "--quiet", "--formatter=json"]
    columns = ["name", "type", "durable", "auto_delete", "arguments"]
    listed = json.loads(rabbitmq.run([*tool, "list_queues", f"--vhost={vhost}", *columns]))
    found = {
        queue["name"]: (
            queue["type"].removeprefix("rabbit_").removesuffix("_queue"),
            queue["durable"],
            queue["auto_delete"],
            {name: value for name, _, value in queue["arguments"]},
        )
        for queue in listed
    }
    quorum = {"x-queue-type": "quorum"}
    dead = {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "fairlead.events.archive.dead",
    }
    assert found == {
        "fairlead.rpc.desk": ("classic", True, False, {}),
        "fairlead.events.archive": (
            "quorum",
            True,
            False,
            quorum | dead | {"x-delivery-limit": 20},
        ),
        "fairlead.events.archive.dead": ("quorum", True, False, quorum),
    }
    bound = rabbitmq.run([*tool, "list_bindings", f"--vhost={vhost}", "source_name", "routing_key"])
    assert {"source_name": "fairlead.events", "routing_key": TOPIC} in json.loads(bound)
    names = request_queue("desk"), event_queue("archive"), dead_queue("archive")
    assert set(found) == set(names)


def test_events_wait_for_a_service_that_never_ran(processes: Processes, amqp_uri: str) -> None:
    first, taker = processes.new(), Taker()
    first.expect("archive", [TOPIC, "note.filed.v1"])
    processes.start(first)
    first.publish([event(b"before anybody heard"), Publication(str(uuid4()), "note.lost.v1", b"-")])
    assert waiting(amqp_uri, event_queue("archive")) == 1
    broker = hearing(processes, taker)  # which expects the queue to be as it makes it itself
    wait_for(lambda: taker.has(1))
    broker.publish([event(b"after")])
    wait_for(lambda: taker.has(2))
    assert taker.bodies == [b"before anybody heard", b"after"]


def test_events_wait_while_their_service_is_down(processes: Processes, amqp_uri: str) -> None:
    hearing(processes, Taker()).stop()
    speaker = processes.new()
    processes.start(speaker)
    speaker.publish([event(b"a"), event(b"b")])
    taker = Taker()
    hearing(processes, taker)
    wait_for(lambda: sorted(taker.bodies) == [b"a", b"b"])


def test_what_was_settled_or_answered_before_the_stop_is(
    processes: Processes, amqp_uri: str
) -> None:
    """In the same turn of the event loop: nothing of it was on the wire yet.

    Of events no more than a service has at a time: beyond 32, RabbitMQ holds settlements of a
    quorum queue back, and forgets them with the channel.
    """
    callee, caller = processes.new(), processes.new()
    calls, events = Taker(settles=False), Taker(settles=False)
    callee.serve("desk", calls, prefetch=100)
    callee.subscribe("archive", [TOPIC], events, Taker(), prefetch=100)
    replies: dict[str, bytes] = {}
    caller.listen(replies.__setitem__, lambda asked: None, lambda: None)
    processes.start(callee, caller)
    caller.publish([event(str(n).encode()) for n in range(20)])
    for n in range(50):
        caller.request("desk", b"?", correlation=str(n), seconds=60)
    wait_for(lambda: (len(calls.taken), len(events.taken)) == (50, 20))
    for incoming in calls.taken:
        incoming.answer(b"!" * 10_000)
    for incoming in (*calls.taken, *events.taken):
        incoming.done()
    callee.stop()
    wait_for(lambda: len(replies) == 50)
    assert waiting(amqp_uri, request_queue("desk")) == 0
    assert waiting(amqp_uri, event_queue("archive")) == 0


def test_what_is_not_settled_goes_to_another_process(processes: Processes) -> None:
    dying, living = Taker(settles=False), Taker()
    first = hearing(processes, dying)
    speaker = processes.new()
    processes.start(speaker)
    speaker.publish([event(b"a"), event(b"b")])
    wait_for(lambda: len(dying.taken) == 2)
    dying.taken[0].done()
    hearing(processes, living)
    first.stop()
    wait_for(lambda: living.bodies == [dying.bodies[1]])


def test_an_event_that_kills_whoever_takes_it_ends_in_the_dead_queue(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbitmq, "DELIVERY_LIMIT", 3)
    taken, dead = Taker(settles=False), Taker()
    broker = hearing(processes, taken, dead)
    broker.publish([event(b"poison")])
    for deliveries in range(1, 5):
        wait_for(partial(taken.has, deliveries))
        wait_for(broker.connected)
        assert dead.taken == []
        broker._work.drop()
    wait_for(lambda: dead.bodies == [b"poison"])
    assert len(taken.taken) == 4


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"reply_to": "nowhere"},
        {"correlation_id": "1"},
        {"reply_to": "amq.rabbitmq.reply-to.forged", "correlation_id": "1"},
        {"content_encoding": "utf-16", "reply_to": "nowhere", "correlation_id": "1"},
        {"content_encoding": "no such thing", "content_type": "\x00"},
    ],
)
@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"{}"])
def test_a_strangers_message_breaks_nothing(
    processes: Processes, amqp_uri: str, properties: dict[str, str], body: bytes
) -> None:
    callee = processes.new()
    taker = Taker(settles=False)
    callee.serve("desk", taker, prefetch=10)
    processes.start(callee)
    with stranger(amqp_uri) as channel:
        channel.basic_publish(amqp.Message(body, **properties), "", request_queue("desk"))
        wait_for(lambda: taker.bodies == [body])
        taker.taken[0].answer(b"!")
        taker.taken[0].done()
        channel.basic_publish(amqp.Message(b"next"), "", request_queue("desk"))
        wait_for(lambda: taker.bodies == [body, b"next"])


def test_a_strangers_reply_breaks_nothing(processes: Processes, amqp_uri: str) -> None:
    """Whoever may publish can send to the address that we gave in a request."""
    caller = processes.new()
    replies: list[tuple[str, bytes]] = []
    caller.listen(lambda *reply: replies.append(reply), lambda asked: None, lambda: None)
    processes.start(caller)
    with stranger(amqp_uri) as channel:
        channel.queue_declare(request_queue("desk"), durable=True, auto_delete=False)
        caller.request("desk", b"?", correlation="1", seconds=10)
        request = wait_for(lambda: channel.basic_get(request_queue("desk"), no_ack=True))
        channel.basic_publish(amqp.Message(b""), "", request.properties["reply_to"])
    wait_for(lambda: replies == [("", b"")])


def test_lines_that_broke_are_opened_again(processes: Processes) -> None:
    callee, caller = processes.new(), processes.new()
    calls, events = Taker(), Taker()
    callee.serve("desk", calls, prefetch=10)
    callee.subscribe("archive", [TOPIC], events, Taker(), prefetch=10)
    lost: list[int] = []
    caller.listen(lambda asked, body: None, lambda asked: None, lambda: lost.append(1))
    processes.start(callee, caller)
    for broker in (callee, caller):
        for each in (broker._work, broker._calls, broker._events):
            each.drop()
        assert not broker.connected()
    assert lost == [1]
    wait_for(lambda: callee.connected() and caller.connected())
    caller.request("desk", b"again", correlation="1", seconds=10)
    caller.publish([event(b"again")])
    wait_for(lambda: calls.bodies == events.bodies == [b"again"])


def test_a_line_that_breaks_during_a_publication_says_so(processes: Processes) -> None:
    """It is not known what the broker has of it."""
    taker = Taker()
    broker = hearing(processes, taker)
    batch = [event(b"x" * 1000) for _ in range(500)]

    def publish() -> str:
        try:
            broker.publish(batch)
        except Unavailable as error:
            return error.code
        return "published"

    publishing = eventlet.spawn(publish)
    eventlet.sleep(0)
    broker._events.drop()
    assert publishing.wait() == "bus.away"
    wait_for(broker.connected)
    broker.publish([event(b"afterwards")])
    wait_for(lambda: b"afterwards" in taker.bodies)


def test_a_paused_process_that_connects_again_takes_nothing(
    processes: Processes, amqp_uri: str
) -> None:
    taker = Taker()
    broker = hearing(processes, taker)
    broker.pause()
    broker._work.drop()
    wait_for(broker.connected)
    broker.publish([event(b"for another")])
    wait_for(lambda: waiting(amqp_uri, event_queue("archive")) == 1)
    assert taker.taken == []


def test_a_broker_that_is_away_at_the_start_is_tried_again(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`start` returns all the same; readiness says that the bus is away."""
    monkeypatch.setattr(line, "LONGEST_WAIT", 0.2)
    taker = Taker()
    broker = processes.new("amqp://nobody:nothing@127.0.0.1:1/")
    broker.subscribe("archive", [TOPIC], taker, Taker(), prefetch=10)
    processes.start(broker)
    assert not broker.connected()
    with pytest.raises(Unavailable, match=r"bus\.away"):
        broker.publish([event(b"a")])
    for each in (broker._work, broker._calls, broker._events):
        each._uri = processes.uri
    wait_for(broker.connected)
    broker.publish([event(b"a")])
    wait_for(lambda: taker.bodies == [b"a"])


@pytest.mark.parametrize("wrong", ["password", "vhost"])
def test_a_broker_that_refuses_us_is_tried_again(processes: Processes, wrong: str) -> None:
    address, _, vhost = processes.uri.rpartition("/")
    refused = f"{address}/none" if wrong == "vhost" else processes.uri.replace("@", "x@")
    broker = processes.new(refused)
    processes.start(broker)
    assert not broker.connected()
    for each in (broker._work, broker._calls, broker._events):
        each._uri = f"{address}/{vhost}"
    wait_for(broker.connected)


def test_of_several_brokers_the_first_that_is_there_is_taken(processes: Processes) -> None:
    taker = Taker()
    broker = processes.new(f"amqp://nobody:nothing@127.0.0.1:1/;{processes.uri}")
    broker.subscribe("archive", [TOPIC], taker, Taker(), prefetch=10)
    processes.start(broker)
    assert broker.connected()
    broker.publish([event(b"a")])
    wait_for(lambda: taker.bodies == [b"a"])


def test_a_queue_with_other_arguments_is_told_and_tried_again(
    processes: Processes, amqp_uri: str
) -> None:
    """As after a change of the code: the process is not ready, and says why."""
    with stranger(amqp_uri) as channel:
        channel.queue_declare(event_queue("archive"), durable=True, auto_delete=False)
    taker = Taker()
    broker = hearing(processes, taker)
    assert not broker.connected()
    with stranger(amqp_uri) as channel:
        channel.queue_delete(event_queue("archive"))
    wait_for(broker.connected)
