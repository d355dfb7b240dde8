"""What a server's answer means for a delivery: how often it is tried, and whose fault it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.channels import DeliveryStatus
from email_gateway.domain.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Phase,
    Refused,
    Uncertain,
    Unreachable,
    judge,
)
from email_gateway.domain.fate import (
    DOUBTFUL_WAITS,
    FIRST_WAIT,
    GIVE_UP_AFTER,
    LONGEST_WAIT,
    Fate,
    decide,
)

OVER = GIVE_UP_AFTER + 3600.0


def refused(phase: Phase, answer: str) -> Refused:
    code, _, text = answer.partition(" ")
    outcome = judge(phase, int(code), text)
    assert isinstance(outcome, Refused)
    return outcome


@pytest.mark.parametrize(
    ("phase", "answer", "address"),
    [
        (Phase.RCPT, "550 5.1.1 User unknown", True),
        (Phase.RCPT, "550 5.1.2 Host unknown", True),
        (Phase.RCPT, "553 5.1.3 Bad destination mailbox address syntax", True),
        (Phase.RCPT, "551 5.1.6 Moved", True),
        (Phase.RCPT, "550 5.1.10 Recipient not found", True),
        (Phase.RCPT, "550 5.2.1 Disabled", True),
        (Phase.RCPT, "550 5.4.4 Unable to route", True),
        (Phase.RCPT, "550 5.4.1 Recipient address rejected: Access denied", True),
        (Phase.RCPT, "550 No such user here", True),
        (Phase.RCPT, "550 Requested action not taken", True),
        (Phase.RCPT, "551 User not local", True),
        (Phase.RCPT, "553 Bad name", True),
        (Phase.RCPT, "554 Refused", False),
        (Phase.RCPT, "550 Sender verify failed", False),
        (Phase.RCPT, "550 Sender rejected", False),
        (Phase.RCPT, "550 5.1.0 Sender address rejected: User unknown in our table", False),
        (Phase.RCPT, "550 5.1.7 Sender address rejected: undeliverable address", False),
        (Phase.RCPT, "550 5.1.8 Sender address rejected: Domain not found", False),
        (Phase.RCPT, "550 Sender domain does not exist", False),
        (Phase.RCPT, "550 relay not permitted", False),
        (Phase.RCPT, "550 5.7.1 Blocked by our list", False),
        (Phase.RCPT, "550 rejected as spam", False),
        (Phase.RCPT, "552 5.2.2 Mailbox full", False),
        (Phase.RCPT, "550 Mailbox is full", False),
        (Phase.MAIL, "550 Sender rejected", False),
        (Phase.MAIL, "550 5.1.7 Bad sender", False),
        (Phase.MAIL, "550 5.1.1 User unknown", False),
        (Phase.MAIL, "553 5.7.1 Not owned by you", False),
        (Phase.DATA, "554 5.5.1 No valid recipients", False),
        (Phase.DATA, "550 5.1.1 User unknown", True),
        (Phase.BODY, "552 5.3.4 Too large", False),
        (Phase.ANSWER, "550 rejected as spam", False),
        (Phase.ANSWER, "550 refused", False),
        (Phase.ANSWER, "554 5.7.1 Content rejected", False),
        (Phase.ANSWER, "550 5.1.1 No mailbox here by that name", True),
        (Phase.ANSWER, "550 No such user", True),
        (Phase.QUEUE, "554 5.6.0 The recipient unsubscribed from bulk mail", False),
    ],
)
def test_only_a_refusal_of_the_address_marks_it(phase: Phase, answer: str, address: bool) -> None:
    fate = decide(refused(phase, answer), 1, 0.0)
    assert (fate.status, fate.again, fate.permanent) == (DeliveryStatus.FAILED, None, address)
    assert fate.reason
    assert fate.reason in answer


def test_what_the_server_took_is_sent() -> None:
    assert decide(Accepted("2.0.0 Ok"), 3, 100.0) == Fate(DeliveryStatus.SENT, None)
    assert decide(Accepted("2.0.0 Ok"), 3, OVER, doubts=9).status is DeliveryStatus.SENT


@pytest.mark.parametrize(
    ("attempt", "wait"), [(0, 30.0), (1, 30.0), (2, 60.0), (5, 480.0), (8, 3600.0), (5000, 3600.0)]
)
def test_waits_grow_up_to_an_hour(attempt: int, wait: float) -> None:
    greylisted = Deferred(Phase.RCPT, 450, "4.7.1", "Come again")
    fate = decide(greylisted, attempt, 0.0)
    assert fate == Fate(None, wait, code="4.7.1", reason="Come again")


def test_a_mail_that_nobody_takes_fails_after_two_days() -> None:
    busy = Deferred(Phase.RCPT, 451, None, "Busy")
    fate = decide(busy, 60, OVER)
    assert (fate.status, fate.again, fate.code) == (DeliveryStatus.FAILED, None, "451")
    assert fate.reason == "not taken for 49 hours: Busy"
    away = decide(Unreachable(Phase.CONNECT, "refused"), 60, OVER)
    assert (away.status, away.unreachable) == (DeliveryStatus.FAILED, True)


def test_our_own_limits_say_nothing_of_the_server() -> None:
    limited = Unreachable(Phase.QUEUE, "the rate per minute is reached", retry_after=7.5)
    fate = decide(limited, 40, 0.0)
    assert (fate.status, fate.again, fate.unreachable) == (None, 7.5, False)
    assert decide(Unreachable(Phase.AUTH, "no", 535), 1, 0.0).unreachable


def test_after_a_few_uncertain_ends_it_is_left_to_a_person() -> None:
    broken = Uncertain("the server closed the connection")
    fates = [decide(broken, doubt, 60.0 * doubt, doubt) for doubt in (1, 2, 3, 4)]
    assert {fate.status for fate in fates} == {DeliveryStatus.UNCERTAIN}
    assert [fate.again for fate in fates] == [5.0, 300.0, None, None]
    said = [fate.reason for fate in fates]
    assert said[0] == (
        "the server closed the connection; whether it arrived is not known, "
        "and it is sent again twice at most"
    )
    assert str(said[1]).endswith("it is sent again once at most")
    assert str(said[2]).endswith("it is not sent again by itself")


def test_an_uncertain_mail_is_not_sent_again_when_it_is_old() -> None:
    fate = decide(Uncertain("gone"), 1, OVER, 1)
    assert (fate.status, fate.again) == (DeliveryStatus.UNCERTAIN, None)


def test_what_may_have_arrived_does_not_fail_for_being_late() -> None:
    fate = decide(Deferred(Phase.RCPT, 451, None, "Busy"), 60, OVER, doubts=1)
    assert (fate.status, fate.again) == (DeliveryStatus.UNCERTAIN, None)
    assert decide(refused(Phase.RCPT, "550 5.1.1 no"), 2, 9.0, 1).status is DeliveryStatus.FAILED


def test_what_may_have_arrived_does_not_fail_as_it_is_refused_the_second_time() -> None:
    again = refused(Phase.ANSWER, "554 5.7.1 This message was taken already")
    fate = decide(again, 2, 9.0, doubts=1)
    assert (fate.status, fate.again) == (DeliveryStatus.UNCERTAIN, None)
    assert decide(again, 1, 9.0).status is DeliveryStatus.FAILED


TEXTS = st.text(max_size=40)
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Accepted, TEXTS),
    st.builds(Uncertain, TEXTS),
    st.builds(
        Unreachable,
        st.sampled_from(Phase),
        TEXTS,
        st.none() | st.integers(400, 599),
        st.none() | st.floats(0.1, 60.0),
    ),
    st.builds(
        lambda phase, code, text: judge(phase, code, text) or Uncertain(text),
        st.sampled_from(Phase),
        st.integers(400, 599),
        st.one_of(TEXTS, st.sampled_from(["5.1.1 no", "4.2.1 later", "5.7.1 spam", "5.2.1 off"])),
    ),
)


@settings(max_examples=60)
@given(OUTCOMES, st.integers(0, 10**6), st.floats(0, 10 * GIVE_UP_AFTER), st.integers(0, 20))
def test_every_end_is_one_and_every_wait_is_bounded(
    outcome: Outcome, attempt: int, age: float, doubts: int
) -> None:
    fate = decide(outcome, attempt, age, doubts)
    over = fate.again is None
    assert over or age < GIVE_UP_AFTER
    assert over or 0 < float(fate.again or 0) <= max(LONGEST_WAIT, *DOUBTFUL_WAITS)
    assert fate.status is not None or not over
    if fate.status in (DeliveryStatus.SENT, DeliveryStatus.FAILED):
        assert over
    if fate.permanent:
        assert isinstance(outcome, Refused)
        assert outcome.phase not in (Phase.QUEUE, Phase.MAIL)
        assert outcome.status is None or outcome.status.startswith("5.")
    if isinstance(outcome, Uncertain):
        assert fate.status is DeliveryStatus.UNCERTAIN
        assert over or doubts <= len(DOUBTFUL_WAITS)


@settings(max_examples=40)
@given(st.lists(OUTCOMES.filter(lambda each: not isinstance(each, Accepted)), min_size=1))
def test_a_mail_is_given_up_whatever_comes(outcomes: list[Outcome]) -> None:
    """Told over and over, the outcomes end; of those that may have brought the mail, few."""
    age, attempt, doubts = 0.0, 0, 0
    while True:
        outcome = outcomes[attempt % len(outcomes)]
        attempt += 1
        doubts += isinstance(outcome, Uncertain)
        fate = decide(outcome, attempt, age, doubts)
        if fate.again is None:
            break
        age += max(fate.again, 60.0)
    assert doubts <= len(DOUBTFUL_WAITS) + 1
    assert attempt <= GIVE_UP_AFTER / 60.0 + 2
    assert FIRST_WAIT <= LONGEST_WAIT
