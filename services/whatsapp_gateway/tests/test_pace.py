"""How fast a number writes: in all, to one account, and to people it never wrote with."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.whatsapp_gateway import WhatsAppConnectionKind, WhatsAppPace
from whatsapp_gateway.domain import pace
from whatsapp_gateway.domain.pace import Rate, turn

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
CHANCE = st.floats(0, 1)


def later(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def test_some_leave_at_once_and_then_one_each_interval() -> None:
    rate, next_at, left = Rate(6.0, 3), None, []
    for second in range(20):
        taken = turn(next_at, later(second), rate)
        next_at = taken.next_at
        if not taken.wait:
            left.append(second)
    assert left == [0, 1, 2, 6, 12, 18]


def test_who_waits_as_long_as_he_was_told_has_his_turn() -> None:
    rate = Rate(6.0, 2)
    taken = turn(later(20), NOW, rate)
    assert taken.wait == 14
    assert taken.next_at == later(20)  # to ask takes no turn
    assert not turn(later(20), later(14), rate).wait


@given(
    interval=st.floats(0.05, 10),
    burst=st.integers(1, 20),
    jitter=st.floats(0, 1),
    steps=st.lists(st.tuples(st.floats(0, 30), CHANCE), max_size=60),
)
def test_never_more_than_the_rate_and_a_burst(
    interval: float, burst: int, jitter: float, steps: list[tuple[float, float]]
) -> None:
    rate, next_at, now = Rate(interval, burst, jitter), None, 0.0
    left: list[float] = []
    for passed, chance in steps:
        now += passed
        taken = turn(next_at, later(now), rate, chance)
        next_at = taken.next_at
        if not taken.wait:
            left.append(now)
    for index, begin in enumerate(left):
        for count, end in enumerate(left[index:], 1):
            assert count <= burst + (end - begin) / interval + 1e-3


@given(CHANCE)
def test_chance_makes_it_slower_and_never_faster(chance: float) -> None:
    rate = Rate(2.0, jitter=0.5)
    step = (turn(None, NOW, rate, chance).next_at - NOW).total_seconds()
    assert step == pytest.approx(2.0 * (1 + 0.5 * chance), abs=1e-5)


def test_a_linked_device_types_like_no_clock_and_meta_has_written_limits() -> None:
    wanted = WhatsAppPace(per_minute=60)
    linked, cloud = WhatsAppConnectionKind.LINKED, WhatsAppConnectionKind.CLOUD
    assert pace.in_all(linked, wanted).jitter > 0
    assert pace.to_one(linked).jitter > 0
    assert pace.in_all(cloud, wanted) == Rate(1.0, 10)
    assert pace.to_one(cloud).interval == 6.0


@given(st.integers(1, 100_000), st.integers(0, 20 * 24), st.integers(0, 48))
def test_a_new_number_warms_up(people: int, hours: int, more: int) -> None:
    wanted = WhatsAppPace(people_a_day=people)

    def allowed(age: int) -> int:
        return pace.people_a_day(wanted, NOW, NOW + dt.timedelta(hours=age))

    assert allowed(0) == max(1, round(people / 10))
    assert 1 <= allowed(hours) <= allowed(hours + more) <= people
    assert allowed(14 * 24) == people
