"""Calls go before a backlog of events and jobs, and never starve them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

import eventlet
import pytest

from fairlead.bus.broker import Incoming, Publication
from fairlead.bus.embedded import EmbeddedBroker
from fairlead.context import acting, service_context
from fairlead.precedence import Precedence, precedence, unhurried
from fairlead.testing.bus import wait_for

pytestmark = pytest.mark.green

LONG = 60.0


class Waiting:
    """Something that gives way to calls, and whether it has begun."""

    def __init__(self, to: Precedence, seconds: float) -> None:
        self.begun = False
        self._to, self._seconds = to, seconds
        eventlet.spawn(self._begin)
        eventlet.sleep(0)

    def _begin(self) -> None:
        self._to.give_way(self._seconds)
        self.begun = True


def test_it_begins_when_the_last_call_has_ended() -> None:
    calls = Precedence()
    calls.begin("a", LONG)
    calls.begin("b", LONG)
    all_who_wait = [Waiting(calls, LONG) for _ in range(3)]
    calls.end("a")
    eventlet.sleep(0.02)
    assert not any(each.begun for each in all_who_wait)
    calls.end("b")
    wait_for(lambda: all(each.begun for each in all_who_wait))


def test_it_begins_at_once_where_nobody_asks() -> None:
    calls = Precedence()
    calls.end("never begun")
    waiting = Waiting(calls, LONG)
    wait_for(lambda: waiting.begun)


def test_it_begins_in_the_end_though_calls_go_on() -> None:
    calls = Precedence()
    calls.begin("a", LONG)
    waiting = Waiting(calls, 0.05)
    assert not waiting.begun
    wait_for(lambda: waiting.begun)


def test_a_call_whose_caller_gave_up_holds_up_nothing() -> None:
    calls = Precedence()
    calls.begin("a", 0.0)
    time.sleep(0.001)
    waiting = Waiting(calls, LONG)
    wait_for(lambda: waiting.begun)


class Bus:
    """A service that is asked and hears events; `happened` is what was handed to it, in order."""

    def __init__(self) -> None:
        self.happened: list[bytes] = []
        self.calls: list[Incoming] = []
        self.broker = EmbeddedBroker()
        self.broker.serve("notes", self._asked, prefetch=5)
        self.broker.subscribe("notes", ["written"], self._heard, lambda dead: None, prefetch=5)
        self.broker.start()

    def _asked(self, incoming: Incoming) -> None:
        self.happened.append(incoming.body)
        self.calls.append(incoming)

    def _heard(self, incoming: Incoming) -> None:
        self.happened.append(incoming.body)
        incoming.done()

    def ask(self, body: bytes, seconds: float = LONG) -> None:
        self.broker.request("notes", body, correlation=str(uuid4()), seconds=seconds)

    def say(self, count: int, body: bytes = b"event") -> None:
        batch = [Publication(str(uuid4()), "written", body) for _ in range(count)]
        eventlet.spawn(self.broker.publish, batch)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    monkeypatch.setattr("fairlead.bus.embedded.PATIENCE_SECONDS", LONG)
    # Tests before this one may have left calls that nobody answers any more.
    monkeypatch.setattr(precedence, "_calls", {})
    bus = Bus()
    yield bus
    for incoming in bus.calls:
        incoming.done()
    bus.broker.stop()


def test_a_backlog_of_events_waits_while_somebody_is_served(bus: Bus) -> None:
    bus.say(50)
    bus.ask(b"call")
    wait_for(lambda: bus.calls)
    seen = len(bus.happened)
    assert seen < 10, "the call was handed out long before the backlog was worked off"
    eventlet.sleep(0.02)
    assert len(bus.happened) == seen
    bus.calls.pop().done()
    wait_for(lambda: bus.happened.count(b"event") == 50)


def test_what_a_service_asks_by_itself_holds_up_nothing(bus: Bus) -> None:
    with acting(service_context(None)):
        bus.ask(b"call")
    bus.say(5)
    wait_for(lambda: bus.happened.count(b"event") == 5)
    assert len(bus.calls) == 1


def test_what_a_job_asks_in_a_persons_name_holds_up_nothing(bus: Bus) -> None:
    with unhurried():
        bus.ask(b"call")
    bus.say(5)
    wait_for(lambda: bus.happened.count(b"event") == 5)


def test_a_call_that_nobody_took_in_time_holds_up_nothing(bus: Bus) -> None:
    bus.ask(b"call", seconds=0.0)
    bus.say(5)
    wait_for(lambda: bus.happened.count(b"event") == 5)
    assert not bus.calls


def test_the_process_has_one(bus: Bus) -> None:
    bus.ask(b"call")
    waiting = Waiting(precedence, LONG)
    eventlet.sleep(0.02)
    assert not waiting.begun
    wait_for(lambda: bus.calls)
    bus.calls.pop().done()
    wait_for(lambda: waiting.begun)


def test_one_event_does_not_wait_for_the_batches_before_it(bus: Bus) -> None:
    for _ in range(3):
        bus.say(100)
    bus.say(1, b"somebody's")
    wait_for(lambda: len(bus.happened) == 301)
    assert bus.happened.index(b"somebody's") < 20
