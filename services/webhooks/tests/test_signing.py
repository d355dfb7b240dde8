"""Signatures and waits."""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webhooks.domain import retrying, signing
from webhooks.domain.retrying import Outcome

IDS = st.uuids().map(str)
TIMES = st.integers(0, 2**40)


def test_the_example_of_the_specification_is_signed_alike() -> None:
    """standardwebhooks.com: the example of its reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signing.sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', secret
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(IDS, TIMES, st.binary())
def test_a_receiver_can_verify_what_was_signed(id: str, timestamp: int, body: bytes) -> None:
    secret = signing.new_secret()
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    sent = signing.headers(id, timestamp, body, [secret])
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([sent["webhook-id"].encode(), sent["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert sent["webhook-signature"] == f"v1,{wanted}"


@given(IDS, TIMES, st.binary(), st.binary(), TIMES, IDS)
def test_nothing_else_has_the_same_signature(
    id: str, timestamp: int, body: bytes, other: bytes, later: int, another: str
) -> None:
    secret, signed = signing.new_secret(), []
    signed = [
        signing.sign(*each, secret)
        for each in {
            (id, timestamp, body), (id, timestamp, other), (id, later, body),
            (another, timestamp, body),
        }
    ]  # fmt: skip
    assert len(set(signed)) == len(signed)
    assert signing.sign(id, timestamp, body, signing.new_secret()) not in signed


def test_two_secrets_sign_side_by_side() -> None:
    new, old = signing.new_secret(), signing.new_secret()
    both = signing.headers("a", 1, b"x", [new, old])["webhook-signature"].split(" ")
    assert both == [signing.sign("a", 1, b"x", new), signing.sign("a", 1, b"x", old)]


STATUSES = st.one_of(st.none(), st.integers(300, 599).filter(lambda status: status != 410))
UNIT = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, retrying.ATTEMPTS - 1), STATUSES, UNIT, st.text(max_size=30))
def test_each_wait_is_within_its_bounds(
    attempt: int, status: int | None, random: float, retry_after: str
) -> None:
    outcome = Outcome(status, None, retry_after)
    seconds = retrying.wait(attempt, outcome, now=0.0, random=lambda: random)
    assert seconds is not None
    bound = min(retrying.LONGEST, retrying.FIRST * retrying.FACTOR ** (attempt - 1))
    assert bound * 0.8 <= seconds <= max(bound * 1.2, retrying.LONGEST)


@given(UNIT)
def test_waits_never_shrink_by_more_than_their_jitter_and_last_some_days(random: float) -> None:
    waits = [
        retrying.wait(attempt, Outcome(500), now=0.0, random=lambda: random)
        for attempt in range(1, retrying.ATTEMPTS)
    ]
    assert all(wait is not None for wait in waits)
    assert waits == sorted(waits, key=lambda wait: wait or 0.0)
    assert 2 * 86_400 < sum(wait or 0.0 for wait in waits) < 4 * 86_400


@given(st.integers(1, 100), STATUSES)
def test_after_the_last_attempt_it_is_given_up(attempt: int, status: int | None) -> None:
    given_up = retrying.wait(attempt, Outcome(status), now=0.0) is None
    assert given_up == (attempt >= retrying.ATTEMPTS)
    assert retrying.wait(1, Outcome(status, final=True), now=0.0) is None
    assert retrying.wait(1, Outcome(410), now=0.0) is None


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_says_when_it_wants_to_be_asked(status: int) -> None:
    def wait(text: str, now: float = 0.0) -> float:
        seconds = retrying.wait(1, Outcome(status, None, text), now=now, random=lambda: 0.5)
        assert seconds is not None
        return seconds

    assert wait("120") == 120.0
    assert wait(email.utils.formatdate(1000.0 + 300.0, usegmt=True), now=1000.0) == 300.0
    assert wait("1") == retrying.FIRST, "sooner than we would have asked"
    assert wait("9" * 12) == retrying.LONGEST
    for nonsense in ("", "soon", "-5", "1e9", "Mon, 99 Xyz", "9" * 101, "\u0661"):
        assert wait(nonsense) == retrying.FIRST


@given(st.integers(100, 599))
def test_only_a_status_of_success_has_arrived(status: int) -> None:
    assert Outcome(status).arrived == (200 <= status <= 299)
    assert not Outcome().arrived
