"""The port `Broker`: what holds on each transport."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
import pytest

from fairlead.bus.broker import Broker, Incoming, Publication
from fairlead.bus.embedded import EmbeddedBroker
from fairlead.bus.rabbitmq import RabbitMQ
from fairlead.errors import Unavailable
from fairlead.testing.bus import wait_for

pytestmark = pytest.mark.green


class Bus:
    """One bus, and the processes on it: with the embedded one there is only this."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.is_embedded = uri == "embedded://"
        self.brokers: list[Broker] = [EmbeddedBroker()] if self.is_embedded else []
        self.broken: list[Exception] = []

    def process(self) -> Broker:
        """Another process, or this one."""
        if not self.is_embedded:
            self.brokers.append(RabbitMQ(self.uri))
        return self.brokers[-1]

    def start(self, *brokers: Broker) -> None:
        for broker in brokers or self.brokers:
            broker.start(self.broken.append)


class Taker:
    """Takes messages, and settles them at once or when told."""

    def __init__(self, *, settles: bool = True, answers: bool = False) -> None:
        self.taken: list[Incoming] = []
        self._settles = settles
        self._answers = answers

    def __call__(self, incoming: Incoming) -> None:
        self.taken.append(incoming)
        if self._answers:
            incoming.answer(b"answer to " + incoming.body)
        if self._settles:
            incoming.done()

    @property
    def bodies(self) -> list[bytes]:
        return [incoming.body for incoming in self.taken]

    def has(self, count: int) -> bool:
        return len(self.taken) >= count


class Asker:
    """Sends requests and hears what becomes of them."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._numbers = itertools.count()
        self.replies: dict[str, bytes] = {}
        self.unroutable: set[str] = set()
        self.lost = 0
        broker.listen(self.replies.__setitem__, self.unroutable.add, self._lost)

    def _lost(self) -> None:
        self.lost += 1

    def ask(self, service: str, body: bytes, seconds: float = 5.0) -> str:
        correlation = str(next(self._numbers))
        self._broker.request(service, body, correlation=correlation, seconds=seconds)
        return correlation

    def reply(self, service: str, body: bytes = b"?") -> bytes:
        """The reply to one more request, which is after all requests before it."""
        correlation = self.ask(service, body)
        wait_for(lambda: correlation in self.replies)
        return self.replies[correlation]


@pytest.fixture
def bus(bus_uri: str) -> Iterator[Bus]:
    bus = Bus(bus_uri)
    yield bus
    for broker in bus.brokers:
        broker.stop()
    assert bus.broken == []


def event(body: bytes, topic: str = "note.written.v1") -> Publication:
    return Publication(str(uuid4()), topic, body)


def say(broker: Broker, *bodies: bytes, topic: str = "note.written.v1") -> Any:
    """Publish as a relay does, until the transport has it; returns the greenlet that does."""
    batch = [event(body, topic) for body in bodies]

    def publish() -> None:
        while True:
            try:
                return broker.publish(batch)
            except Unavailable:
                eventlet.sleep(0.01)

    return eventlet.spawn(publish)


def test_a_request_is_answered(bus: Bus) -> None:
    callee = bus.process()
    callee.serve("desk", Taker(answers=True), prefetch=5)
    asker = Asker(bus.process())
    bus.start()
    assert asker.reply("desk", b"one") == b"answer to one"


def test_each_reply_finds_its_request(bus: Bus) -> None:
    """Answered in another order than asked."""
    callee = bus.process()
    taker = Taker(settles=False)
    callee.serve("desk", taker, prefetch=100)
    asker = Asker(bus.process())
    bus.start()
    asked = {asker.ask("desk", str(n).encode()): n for n in range(50)}
    wait_for(lambda: len(taker.taken) == 50)
    for incoming in reversed(taker.taken):
        incoming.answer(incoming.body)
        incoming.done()
    wait_for(lambda: len(asker.replies) == 50)
    assert {asked[key]: int(body) for key, body in asker.replies.items()} == {
        n: n for n in range(50)
    }


@pytest.mark.parametrize("size", [0, 1, 130_000, 131_072, 300_000, 3_000_000])
def test_a_body_of_any_size_arrives_whole(bus: Bus, size: int) -> None:
    """AMQP cuts a body into frames of 128 KB."""
    callee = bus.process()
    callee.serve("desk", Taker(answers=True), prefetch=5)
    asker = Asker(bus.process())
    bus.start()
    body = bytes(n % 251 for n in range(size))
    assert asker.reply("desk", body) == b"answer to " + body


def test_a_service_that_never_was_is_known_at_once(bus: Bus) -> None:
    asker = Asker(bus.process())
    bus.start()
    asked = asker.ask("nobody", b"?", seconds=60)
    wait_for(lambda: asker.unroutable == {asked}, seconds=2)


def test_what_its_caller_gave_up_is_not_handed_out(bus: Bus) -> None:
    callee = bus.process()
    taker = Taker(settles=False)
    callee.serve("desk", taker, prefetch=1)
    asker = Asker(bus.process())
    bus.start()
    asker.ask("desk", b"in time")
    wait_for(lambda: taker.bodies == [b"in time"])
    asker.ask("desk", b"stale", seconds=0.1)
    asker.ask("desk", b"fresh", seconds=10)
    eventlet.sleep(0.3)
    taker.taken[0].done()
    wait_for(lambda: len(taker.bodies) == 2)
    assert taker.bodies == [b"in time", b"fresh"]


def test_no_more_is_handed_out_than_was_agreed(bus: Bus) -> None:
    process = bus.process()
    calls, events = Taker(settles=False), Taker(settles=False)
    process.serve("desk", calls, prefetch=2)
    process.serve("bell", Taker(answers=True), prefetch=1)
    process.subscribe("desk", ["note.written.v1"], events, events, prefetch=3)
    asker = Asker(process)
    bus.start()
    for n in range(6):
        asker.ask("desk", str(n).encode())
    said = say(process, *(str(n).encode() for n in range(6)))
    wait_for(lambda: len(calls.taken) == 2 and len(events.taken) == 3)
    asker.reply("bell")
    asker.reply("bell")
    assert (len(calls.taken), len(events.taken)) == (2, 3)
    for taker in (calls, events):
        for at in range(6):
            wait_for(partial(taker.has, at + 1))
            taker.taken[at].done()
    said.wait()
    assert calls.bodies == events.bodies == [str(n).encode() for n in range(6)]


def test_an_event_reaches_each_service_once_whatever_its_replicas(bus: Bus) -> None:
    first, second, third = bus.process(), bus.process(), bus.process()
    takers = {"archive 1": Taker(), "archive 2": Taker(), "clerk": Taker(), "other": Taker()}
    written, filed = ["note.written.v1"], ["note.filed.v1", "note.written.v2"]
    first.subscribe("archive", written, takers["archive 1"], Taker(), prefetch=2)
    second.subscribe("archive", written, takers["archive 2"], Taker(), prefetch=2)
    third.subscribe("clerk", written, takers["clerk"], Taker(), prefetch=2)
    third.subscribe("other", filed, takers["other"], Taker(), prefetch=2)
    bus.start()
    bodies = [str(n).encode() for n in range(40)]
    say(first, *bodies).wait()

    def archived() -> list[bytes]:
        return takers["archive 1"].bodies + takers["archive 2"].bodies

    wait_for(lambda: len(archived()) >= 40 and len(takers["clerk"].bodies) >= 40)
    say(first, b"the last", topic="note.filed.v1").wait()
    wait_for(lambda: takers["other"].bodies == [b"the last"])
    assert sorted(archived()) == sorted(bodies) == sorted(takers["clerk"].bodies)
    assert takers["archive 1"].bodies
    assert takers["archive 2"].bodies


def test_an_event_that_nobody_wants_is_no_trouble(bus: Bus) -> None:
    process = bus.process()
    bus.start()
    process.publish([event(b"heard by nobody")])


def test_unsettled_events_are_handed_out_again(bus: Bus) -> None:
    """Over RabbitMQ by another process; over the embedded bus when the process begins again."""
    dying = bus.process()
    lost, found = Taker(settles=False), Taker()
    dying.subscribe("archive", ["note.written.v1"], lost, lost, prefetch=10)
    speaker = bus.process()
    bus.start()
    said = say(speaker, b"a", b"b")
    wait_for(lambda: len(lost.taken) == 2)
    dying.stop()
    living = EmbeddedBroker() if bus.is_embedded else bus.process()
    living.subscribe("archive", ["note.written.v1"], found, found, prefetch=10)
    bus.start(living)
    if bus.is_embedded:
        assert not said.dead, "it was not safe, and yet taken for safe"
        said.kill()
        say(living, b"a", b"b").wait()
    wait_for(lambda: sorted(found.bodies) == [b"a", b"b"])
    living.stop()


def test_publish_returns_when_the_events_are_safe(bus: Bus) -> None:
    """On RabbitMQ when it has them, on the embedded bus when each hearer has settled them."""
    hearing, speaking = bus.process(), bus.process()
    slow, other = Taker(settles=False), Taker(settles=False)
    hearing.subscribe("archive", ["note.written.v1"], slow, slow, prefetch=10)
    hearing.subscribe("clerk", ["note.written.v1"], other, other, prefetch=10)
    bus.start()
    said = say(speaking, b"a", b"b")
    wait_for(lambda: len(slow.taken) == len(other.taken) == 2)
    if bus.is_embedded:
        for incoming in (*slow.taken, other.taken[0]):
            incoming.done()
        eventlet.sleep(0.02)
        assert not said.dead
        other.taken[1].done()
    said.wait()


def test_nothing_is_published_or_asked_before_the_start(bus: Bus) -> None:
    process = bus.process()
    asker = Asker(process)
    assert not process.connected()
    with pytest.raises(Unavailable, match=r"bus\.away"):
        process.publish([event(b"a")])
    with pytest.raises(Unavailable, match=r"bus\.away"):
        asker.ask("desk", b"?")
    bus.start()
    assert process.connected()
    process.publish([event(b"a")])
    process.stop()
    assert not process.connected()
    with pytest.raises(Unavailable, match=r"bus\.away"):
        process.publish([event(b"a")])
    with pytest.raises(Unavailable, match=r"bus\.away"):
        asker.ask("desk", b"?")


def test_a_paused_process_takes_nothing_more_and_finishes_what_it_has(bus: Bus) -> None:
    pausing, other = bus.process(), bus.process()
    calls, events = Taker(settles=False), Taker(settles=False)
    pausing.serve("desk", calls, prefetch=10)
    pausing.subscribe("archive", ["note.written.v1"], events, events, prefetch=10)
    asker = Asker(other)
    bus.start()
    asked = asker.ask("desk", b"before")
    before = say(other, b"before")
    wait_for(lambda: calls.bodies == events.bodies == [b"before"])
    pausing.pause()
    after = say(other, b"after")
    eventlet.sleep(0.1)
    calls.taken[0].answer(b"still here")
    calls.taken[0].done()
    events.taken[0].done()
    wait_for(lambda: asker.replies == {asked: b"still here"})
    before.wait()
    assert events.bodies == [b"before"]
    after.kill()


def test_an_error_of_a_callback_is_told_and_not_swallowed(bus: Bus) -> None:
    def break_down(incoming: Incoming) -> None:
        raise ZeroDivisionError("unforeseen")

    process = bus.process()
    process.serve("desk", break_down, prefetch=10)
    asker = Asker(bus.process())
    bus.start()
    asker.ask("desk", b"?")
    wait_for(lambda: bus.broken)
    assert [type(error) for error in bus.broken] == [ZeroDivisionError]
    bus.broken.clear()


def test_callers_learn_that_the_bus_stopped(bus: Bus) -> None:
    callee = bus.process()
    taker = Taker(settles=False)
    callee.serve("desk", taker, prefetch=10)
    caller = bus.process()
    asker = Asker(caller)
    bus.start()
    asker.ask("desk", b"?", seconds=60)
    wait_for(lambda: taker.taken)
    caller.stop()
    assert asker.lost == 1
