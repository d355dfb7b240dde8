"""How fast a connection sends, by a clock of the test's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.smpp.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sent_within(pace: Pace, clock: Clock, seconds: float) -> int:
    """How many texts leave until then, one after another."""
    until, sent = clock.now + seconds, 0
    while True:
        clock.now += pace.take()
        if clock.now > until:
            return sent
        sent += 1


def test_a_second_in_store_and_then_the_rate() -> None:
    clock = Clock()
    assert sent_within(Pace(20, clock=clock), clock, 10) == pytest.approx(20 + 200, abs=2)


def test_throttled_it_goes_at_half_and_comes_back() -> None:
    clock = Clock()
    pace = Pace(20, clock=clock)
    for _ in range(10):  # a window of texts complains together
        pace.slow_down()
    assert pace.rate == 10
    clock.now += 5
    assert pace.rate == pytest.approx(10 * 1.05**5)
    clock.now += 60
    assert pace.rate == 20


def test_throttled_for_ever_it_still_tries() -> None:
    clock = Clock()
    pace = Pace(20, clock=clock)
    for _ in range(60):
        pace.slow_down()
        clock.now += 1
    assert 0.5 <= pace.rate <= 0.6


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=40))
def test_never_faster_than_it_may(steps: list[tuple[float, bool]]) -> None:
    clock = Clock()
    pace = Pace(5, clock=clock)
    sent = 0
    for wait, throttled in steps:
        clock.now += wait
        if throttled:
            pace.slow_down()
        if pace.take() == 0:
            sent += 1
        assert 0.5 <= pace.rate <= 5
    assert sent <= 5 + 5 * clock.now + 1
