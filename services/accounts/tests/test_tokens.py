"""Tokens: how long sessions last, and what a token gives away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import tokens

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
spans = st.integers(0, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


def test_tokens_are_long_and_never_the_same() -> None:
    made = {tokens.new(tokens.API) for _ in range(1000)}
    assert len(made) == 1000
    assert all(token.startswith("fl_") and len(token) >= 3 + 43 for token in made)


def test_what_is_stored_or_shown_does_not_hold_the_token() -> None:
    token = tokens.new(tokens.SESSION)
    assert token not in tokens.digest(token)
    assert len(tokens.digest(token)) == 64
    assert token not in tokens.csrf(token)
    assert tokens.csrf(token) == tokens.csrf(token)
    assert tokens.csrf(token) != tokens.csrf(tokens.new(tokens.SESSION))


def test_a_session_ends_after_a_day_without_use() -> None:
    assert not tokens.ended(NOW, NOW, NOW + tokens.IDLE - timedelta(seconds=1))
    assert tokens.ended(NOW, NOW, NOW + tokens.IDLE)


@given(st.lists(spans, max_size=60))
def test_use_lengthens_a_session_but_never_beyond_its_longest(pauses: list[timedelta]) -> None:
    now = used = NOW
    for pause in pauses:
        now += pause
        alive = not tokens.ended(NOW, used, now)
        assert alive == (now - used < tokens.IDLE and now - NOW < tokens.LONGEST)
        if not alive:
            break
        used = now


def test_a_use_is_noted_at_most_once_a_minute() -> None:
    assert tokens.worth_noting(None, NOW)
    assert not tokens.worth_noting(NOW, NOW + timedelta(seconds=59))
    assert tokens.worth_noting(NOW, NOW + timedelta(seconds=60))
