"""Bounces in prose: from the servers that send no delivery status."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain.bounces import FailedRecipient, Report, ReportKind, read_report


def reported(raw: bytes) -> Report:
    found = read_report(raw)
    assert found is not None
    return found


def only(raw: bytes) -> FailedRecipient:
    (recipient,) = reported(raw).recipients
    return recipient


PROSE = {
    "exim": (
        "X-Failed-Recipients: gone@hotel.test\nSubject: Mail delivery failed",
        "The following address(es) failed:\n\n  gone@hotel.test\n    550 5.1.1 unknown user\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "Message-ID: <sent@trip.test>\nTo: other@x.test",
    ),
    "qmail": (
        "Subject: failure notice",
        "Hi. This is the qmail-send program at mx.test.\nI'm afraid I wasn't able to deliver.\n\n"
        "<gone@hotel.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\nMessage-ID: <sent@trip.test>\n",
    ),
    "exchange": (
        "Subject: Undeliverable: Order",
        "Delivery has failed to these recipients or groups:\n\ngone@hotel.test<mailto:x@y>\nThe "
        "address wasn't found.\n\nRemote Server returned '550 5.1.10 RecipientNotFound'\n\n"
        "Original message headers:\n\nMessage-ID: <sent@trip.test>\nTo: x <other@x.test>",
    ),
    "none of them": (
        "Subject: Undeliverable message",
        "--- Reasons ---\n\nuser unknown\ngone@hotel.test\n\n--- Returned Message ---\n"
        "Received: from a\nMessage-ID: <sent@trip.test>\nTo: other@x.test",
    ),
}


@pytest.mark.parametrize(("head", "text"), PROSE.values(), ids=PROSE)
def test_servers_that_write_prose(head: str, text: str) -> None:
    raw = f"From: MAILER-DAEMON@mx.test\nTo: info@trip.test\n{head}\n\n{text}".encode()
    found = reported(raw)
    assert found.kind is ReportKind.FAILED
    assert [(one.address, one.hard) for one in found.recipients] == [("gone@hotel.test", True)]
    assert found.original_message_id == "<sent@trip.test>"
    assert found.reason == "The address gone@hotel.test does not exist."


def test_our_own_addresses_in_the_prose_are_not_the_recipient() -> None:
    raw = (
        b"From: mailer-daemon@mx.test\nTo: info@trip.test\nSubject: failure notice\n\n"
        b"<info@trip.test>: your mail was not delivered to <gone@hotel.test>\n"
    )
    assert only(raw).address == "gone@hotel.test"


def test_a_title_is_not_where_the_returned_message_begins() -> None:
    raw = (
        b"From: mailer-daemon@mx.test\nTo: info@trip.test\nSubject: failure notice\n\n"
        b"----- Message text follows -----\nUser unknown:\ngone@hotel.test\n"
    )
    assert only(raw).hard


def test_a_delay_in_prose() -> None:
    raw = (
        b"From: mailer-daemon@mx.test\nTo: info@trip.test\nSubject: Delivery Status (Delay)\n\n"
        b"THIS IS A WARNING MESSAGE ONLY.\n[Address: <slow@hotel.test>, 421, not reachable.]\n"
    )
    found = reported(raw)
    assert (found.kind, found.recipients[0].address) == (ReportKind.DELAYED, "slow@hotel.test")


@pytest.mark.parametrize(
    "head",
    [
        "From: Eva <eva@guest.test>\nSubject: Undelivered luggage",
        "From: Eva <eva@guest.test>\nReturn-Path: <>\nSubject: Automatic reply: away",
        "From: Eva <eva@guest.test>\nReturn-Path: <>\nX-Autoreply: yes\nSubject: Undeliverable: x",
        "From: postmaster@hotel.test\nSubject: Question about your server",
        "From: Eva <eva@guest.test>\nContent-Type: multipart/mixed; boundary=b",
    ],
)
def test_people_s_mail_is_no_report(head: str) -> None:
    text = "Please write to boss@hotel.test instead."
    assert read_report(f"{head}\nTo: info@trip.test\n\n{text}".encode()) is None


BASE = [f"From: MAILER-DAEMON@mx.test\n{head}\n\n{text}".encode() for head, text in PROSE.values()]


@given(
    st.sampled_from(BASE),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 30), st.binary(max_size=5))
    ),
)
def test_damaged_prose_never_raises(raw: bytes, splices: list[tuple[float, int, bytes]]) -> None:
    for place, removed, added in splices:
        position = int(place * len(raw))
        raw = raw[:position] + added + raw[position + removed :]
    found = read_report(raw)
    if found is not None:
        assert found.reason.endswith(".")
        assert all("@" in one.address for one in found.recipients)
        assert not any(one.hard for one in found.recipients if found.kind is ReportKind.DELAYED)


@given(st.binary(max_size=1000))
def test_any_bytes_may_be_asked(raw: bytes) -> None:
    read_report(b"From: mailer-daemon@x.test\nSubject: failure notice\n\n" + raw)


def calls(function: Callable[[bytes], object], argument: bytes) -> int:
    """How many calls, Python's and C's: work without a clock."""
    count = 0

    def counted(frame: FrameType, event: str, what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        function(argument)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit",
    [b"a@b.test\n", b"550 5.1.1 ", b"x" * 50, b"----\nOriginal message\n", b"<a@b>: 5.1.1\n\n"],
)
def test_hostile_bounces_take_linear_work(unit: bytes) -> None:
    start = b"From: mailer-daemon@x.test\nSubject: failure notice\n\n"
    small = calls(read_report, start + unit * 500)
    assert calls(read_report, start + unit * 2000) <= 5 * small + 2000
