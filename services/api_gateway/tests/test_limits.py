"""Rate limits."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from api_gateway import limits
from api_gateway.gateway import SIGN_IN_BURST
from api_gateway.limits import Limiter, household
from api_gateway.testing import Services, Visitor, problem
from fairlead.errors import TooMany

rates = st.floats(0.05, 100)
AT_ONCE = 200  # of one user, by default
bursts = st.integers(1, 50)
pauses = st.lists(st.floats(0, 20), max_size=120)


def allowed(limiter: Limiter, key: str, now: float) -> bool:
    try:
        limiter.take(key, now)
    except TooMany:
        return False
    return True


@given(rates, bursts, pauses)
def test_no_stretch_of_time_lets_through_more_than_it_may(
    rate: float, burst: int, gaps: list[float]
) -> None:
    limiter, now, passed = Limiter(per_second=rate, burst=burst), 5.0, list[float]()
    for gap in gaps:
        now += gap
        if allowed(limiter, "a", now):
            passed.append(now)
    for first, begun in enumerate(passed):
        for last in range(first, len(passed)):
            most = burst + (passed[last] - begun) * rate
            assert last - first + 1 <= most + 1e-3


@given(rates, bursts, pauses)
def test_who_comes_back_when_told_is_let_through(
    rate: float, burst: int, gaps: list[float]
) -> None:
    limiter, now = Limiter(per_second=rate, burst=burst), 5.0
    for gap in gaps:
        now += gap
        try:
            limiter.take("a", now)
        except TooMany as refused:
            wait = refused.details["retry_after"]
            assert isinstance(wait, int)
            assert 1 <= wait <= 1 / rate + 1
            now += wait
            limiter.take("a", now)


@given(bursts)
def test_a_burst_passes_at_once_and_nothing_more(burst: int) -> None:
    limiter = Limiter(per_second=0.05, burst=burst)
    assert [allowed(limiter, "a", 1.0) for _ in range(burst + 1)] == [True] * burst + [False]


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_keys_do_not_pay_for_each_other(keys: list[str]) -> None:
    limiter = Limiter(per_second=0.05, burst=4)
    for key in keys:
        allowed(limiter, key, 1.0)
    for key in "abc":
        assert allowed(limiter, key, 1.0) == (keys.count(key) < 4)


def test_only_so_many_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 3)
    limiter = Limiter(per_second=0.05, burst=1)
    for key in "abcab":
        allowed(limiter, key, 1.0)
    limiter.take("d", 1.0)  # c, which was longest unused, goes
    assert not allowed(limiter, "a", 1.0)
    assert not allowed(limiter, "b", 1.0)
    assert len(limiter._buckets) == 3


def test_one_user_cannot_take_all(app: Flask, services: Services) -> None:
    greedy = Visitor(app.test_client(), token="token-of-user")
    # On a slow machine the bucket fills again meanwhile, so it is asked until it is empty.
    refused = next(
        response
        for response in (greedy.ask("GET", "/api/v1/me") for _ in range(20 * AT_ONCE))
        if response.status_code != 200
    )
    assert problem(refused)["code"] == "gateway.too_many_requests"
    assert int(refused.headers["Retry-After"]) >= 1
    assert len(services.calls_to("accounts.me")) >= AT_ONCE
    assert (
        Visitor(app.test_client(), token="token-of-owner").ask("GET", "/api/v1/me").status_code
        == 200
    )


def test_guessing_passwords_is_slow(anybody: Visitor, services: Services) -> None:
    body = {"email": "ana@agency.test", "password": "guess"}
    statuses = [
        anybody.ask("POST", "/api/v1/session", json=body).status_code
        for _ in range(SIGN_IN_BURST + 5)
    ]
    assert statuses.count(429) >= 4
    assert len(services.calls_to("accounts.begin_sign_in")) <= SIGN_IN_BURST + 1


def test_guessing_tokens_is_limited(app: Flask) -> None:
    guesser = app.test_client()
    statuses = {
        Visitor(guesser, token=f"guess-{number}").ask("GET", "/api/v1/me").status_code
        for number in range(4 * AT_ONCE)
    }
    assert statuses == {401, 429}


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_one_line_is_one_visitor(address: str, counted: str) -> None:
    assert household(address) == counted


def test_guessing_from_all_addresses_of_one_line_is_slow_too(
    anybody: Visitor, services: Services
) -> None:
    body = {"email": "ana@agency.test", "password": "guess"}
    statuses = [
        anybody.ask(
            "POST",
            "/api/v1/session",
            json=body,
            environ_base={"REMOTE_ADDR": f"2001:db8:0:7::{number:x}"},
        ).status_code
        for number in range(SIGN_IN_BURST + 5)
    ]
    assert statuses.count(429) >= 4
    [*_, last] = services.calls_to("accounts.begin_sign_in")
    assert last.arguments["remote"].startswith("2001:db8:0:7::")  # as it came
