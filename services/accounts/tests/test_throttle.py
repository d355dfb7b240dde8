"""Failed sign-ins are slowed down, whoever makes them and however many at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.throttle import (
    FORGIVEN,
    LONGEST,
    Limit,
    Tally,
    fresh,
    password_limits,
    sign_in_limits,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAIR, OFFICE = sign_in_limits("olga@mar.test", "192.0.2.1")


def failed(limit: Limit, times: int, tally: Tally | None = None) -> Tally:
    tally = tally or fresh(NOW)
    for _ in range(times):
        tally = limit.failed(tally, NOW)
    return tally


def test_a_few_mistakes_cost_nothing() -> None:
    assert PAIR.wait(failed(PAIR, 5), NOW) == 0.0
    assert PAIR.wait(failed(PAIR, 6), NOW) == 1.0
    assert OFFICE.wait(failed(OFFICE, 50), NOW) == 0.0


def test_after_them_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    tally, now, waits = fresh(NOW), NOW, []
    for _ in range(18):
        tally = PAIR.failed(tally, now)
        waits.append(PAIR.wait(tally, now))
        now = tally.open_at
    assert waits[5:] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_clocks_that_differ_a_little_refuse_nobody() -> None:
    earlier = NOW - timedelta(seconds=1)
    assert OFFICE.wait(failed(OFFICE, 3), earlier) == 0.0


def test_one_mistake_is_forgiven_every_half_hour() -> None:
    tally = failed(PAIR, 10)
    assert [tally.failures(NOW + FORGIVEN * number) for number in (0, 1, 5, 10, 99)] == [
        10, 9, 5, 0, 0,
    ]  # fmt: skip
    assert PAIR.failed(tally, NOW + FORGIVEN * 99).failures(NOW + FORGIVEN * 99) == 1


def test_an_office_may_mistype_every_hour_for_ever() -> None:
    tally, now = fresh(NOW), NOW
    for _ in range(24 * 90):
        now += timedelta(hours=1)
        for _ in range(20):  # who is right, all the time
            tally = OFFICE.succeeded(OFFICE.failed(tally, now), now)
        tally = OFFICE.failed(tally, now)
        assert OFFICE.wait(tally, now) == 0.0


def test_success_clears_the_own_count_and_not_the_offices() -> None:
    assert PAIR.succeeded(failed(PAIR, 4), NOW).failures(NOW) == 0
    assert OFFICE.succeeded(failed(OFFICE, 4), NOW).failures(NOW) == 3
    assert OFFICE.wait(OFFICE.succeeded(failed(OFFICE, 51), NOW), NOW) == 0.0


@given(st.lists(st.integers(0, 2000), max_size=300), st.sampled_from([PAIR, OFFICE]))
def test_waits_are_bounded_and_guesses_few(pauses: list[int], limit: Limit) -> None:
    tally, now, looked_at = fresh(NOW), NOW, 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        if limit.wait(tally, now):
            continue
        looked_at += 1
        tally = limit.failed(tally, now)
        assert 0 <= limit.wait(tally, now) <= LONGEST.total_seconds()
    # The free ones, the dozen until the wait is longest, and four an hour from then on.
    assert looked_at <= limit.free + 12 + 4 * ((now - NOW) / timedelta(hours=1))


@given(st.text(max_size=600), st.text(max_size=600), st.text(max_size=600))
def test_tallies_are_of_the_pair_and_of_the_address(a: str, b: str, remote: str) -> None:
    (pair, wide), (other_pair, other_wide) = sign_in_limits(a, remote), sign_in_limits(b, remote)
    assert wide == other_wide
    assert (pair == other_pair) == (a == b)
    assert {len(limit.key) for limit in (pair, wide)} == {64}
    assert sign_in_limits(a, remote + "x")[0] != pair
    assert password_limits(UUID(int=1)) != password_limits(UUID(int=2))
