"""Reports: which message, which address, why, and whether to write there again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain import diagnosis
from email_gateway.domain.bounces import FailedRecipient, Report, ReportKind, read_report
from email_gateway.domain.mime import read_mail


def dsn(
    *groups: str,
    text: str = "Your message could not be delivered.",
    head: str = "",
    returned: str = "Message-ID: <sent@trip.test>\nTo: gone@hotel.test\n\nHi",
) -> bytes:
    status = "\n\n".join(("Reporting-MTA: dns; mx.test\nOriginal-Envelope-ID: env1", *groups))
    return (
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.test>\nTo: b@trip.test\n"
        f"{head}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\n{text}\n--b\nContent-Type: message/delivery-status\n\n{status}\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\n--b--\n"
    ).encode()


def group(action: str = "failed", status: str = "5.0.0", said: str = "", **more: str) -> str:
    lines = [f"Final-Recipient: rfc822; {more.get('to', 'gone@hotel.test')}", f"Action: {action}"]
    lines += [f"Status: {status}"] if status else []
    lines += [f"Diagnostic-Code: {said}"] if said else []
    return "\n".join([*lines, *more.get("extra", "").splitlines()])


def reported(raw: bytes) -> Report:
    found = read_report(raw)
    assert found is not None
    return found


def only(raw: bytes) -> FailedRecipient:
    (recipient,) = reported(raw).recipients
    return recipient


def test_a_delivery_status_is_read_whole() -> None:
    found = reported(dsn(group(status="5.1.1", said="smtp; 550 5.1.1 <gone@hotel.test> unknown")))
    assert found == Report(
        ReportKind.FAILED,
        (FailedRecipient("gone@hotel.test", "5.1.1", "550 5.1.1 <gone@hotel.test> unknown", True),),
        "<sent@trip.test>",
        "env1",
        "The address gone@hotel.test does not exist.",
    )
    assert read_report(read_mail(dsn(group(status="5.1.1")))) is not None


@pytest.mark.parametrize(
    ("action", "kind", "said"),
    [
        ("delayed", ReportKind.DELAYED, "is delayed"),
        ("delivered", ReportKind.DELIVERED, "was delivered"),
        ("relayed", ReportKind.RELAYED, "handed over"),
        ("expanded", ReportKind.DELIVERED, "was delivered"),
        ("Failed (bounced)", ReportKind.FAILED, "could not be delivered"),
        ("error", ReportKind.FAILED, "could not be delivered"),
    ],
)
def test_actions(action: str, kind: ReportKind, said: str) -> None:
    found = reported(dsn(group(action, "4.0.0", "smtp; 451 4.7.1 come again")))
    assert found.kind is kind
    assert said in found.reason or kind is ReportKind.FAILED
    assert not found.recipients[0].hard


def test_a_delay_keeps_its_own_status() -> None:
    assert only(dsn(group("delayed", "4.0.0", "smtp; 451 4.7.1 later"))).status == "4.0.0"


@pytest.mark.parametrize(
    ("status", "said", "text", "code", "hard"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no", "", "5.1.1", True),
        ("5.0.0", "", "  gone@hotel.test\n    550 5.1.1 no such user", "5.1.1", True),
        ("5.0.0 (permanent)", "", "failed", "5.0.0", False),
        ("5.0.0", "", "Address not found", "5.0.0", True),
        ("5.0.0", "smtp; 5.1.0 - Unknown address error 550-'5.7.1 denied'", "", "5.7.1", False),
        ("5.0.0", "smtp; 554 Host network not allowed", "", "5.0.0", False),
        ("5.1.8", "smtp; 550 5.1.8 bad sender", "", "5.1.8", False),
        ("5.1.0", "smtp; 550 5.1.0 Sender address rejected: User unknown", "", "5.1.0", False),
        ("", "smtp; 550 Sender domain does not exist", "", None, False),
        ("5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", "", "5.1.10", True),
        ("5.2.1", "smtp; 550 5.2.1 disabled", "", "5.2.1", True),
        ("5.2.2", "smtp; 552 5.2.2 over quota", "", "5.2.2", False),
        ("5.3.4", "smtp; 552 5.3.4 too big", "", "5.3.4", False),
        ("5.4.4", "smtp; Host not found", "", "5.4.4", True),
        ("5.7.1", "smtp; 550 5.7.1 blocked", "", "5.7.1", False),
        ("5.7.1", "smtp; 550 5.7.1 user unknown", "", "5.7.1", True),
        ("5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied", "", "5.4.1", True),
        ("5.5.0", "smtp; 550 5.5.0 mailbox unavailable", "", "5.5.0", True),
        ("4.4.1", "smtp; connect to x[203.0.113.5]: timed out", "", "4.4.1", False),
        ("4.1.1", "smtp; 450 4.1.1 user unknown", "", "4.1.1", False),
        ("", "smtp; 550 no such user here", "", None, True),
        ("", "smtp; 450 no such user here", "", None, False),
        ("", "smtp; 550 user unknown, mailbox is full", "", None, False),
        ("5.0.0", "smtp; host 5.1.1.1 (Exim 4.90.1) said no", "", "5.0.0", False),
        ("5.0.0", "X-Notes; user (a@b) not listed in Directory", "", "5.0.0", True),
    ],
)
def test_the_code_and_what_it_means(
    status: str, said: str, text: str, code: str | None, hard: bool
) -> None:
    found = only(dsn(group(status=status, said=said), text=text))
    assert (found.status, found.hard) == (code, hard)


def test_only_the_failed_of_several_recipients() -> None:
    raw = dsn(
        group("delivered", "2.0.0", to="fine@hotel.test"),
        group("failed", "5.0.0", to="gone@hotel.test"),
        group("failed", "5.0.0", to="full@hotel.test"),
        text="<gone@hotel.test>: 550 5.1.1 unknown\n\n<full@hotel.test>: 552 5.2.2 full\n",
    )
    assert [(one.address, one.status, one.hard) for one in reported(raw).recipients] == [
        ("gone@hotel.test", "5.1.1", True),
        ("full@hotel.test", "5.2.2", False),
    ]


def test_the_address_as_we_wrote_it_is_preferred() -> None:
    extra = "Original-Recipient: rfc822;desk+2Btrip@hotel.test"
    assert only(dsn(group(to="inner@hotel.test", extra=extra))).address == "desk+trip@hotel.test"
    assert only(dsn(group(extra="Original-Recipient: rfc822;"))).address == "gone@hotel.test"
    assert only(dsn(group(to="<gone@hotel.test>"))).address == "gone@hotel.test"


def test_a_group_without_an_action_goes_by_its_status() -> None:
    def kind(status: str, text: str = "") -> ReportKind:
        lines = f"Final-Recipient: rfc822; a@b.test\nStatus: {status}"
        return reported(dsn(lines, text=text)).kind

    assert kind("2.1.5") is ReportKind.DELIVERED
    assert kind("5.1.1") is ReportKind.FAILED
    assert kind("4.4.7", "has been delayed") is ReportKind.DELAYED
    assert kind("4.4.7", "could not be delivered") is ReportKind.FAILED


@pytest.mark.parametrize(
    ("returned", "head", "message_id"),
    [
        ("Message-ID: <a@trip.test>\n\nHi", "", "<a@trip.test>"),
        ("Subject: x\n\nHi", "References: <0@x> <b@trip.test>\n", "<b@trip.test>"),
        ("Subject: x\n\nHi", "In-Reply-To: <c@trip.test>\n", "<c@trip.test>"),
        ("Subject: x\n\nHi", "", ""),
    ],
)
def test_the_message_it_is_about(returned: str, head: str, message_id: str) -> None:
    assert reported(dsn(group(), returned=returned, head=head)).original_message_id == message_id


def receipt(disposition: str, text: str = "x", head: str = "") -> bytes:
    return (
        f"From: Eva <eva@guest.test>\nTo: info@trip.test\n{head}"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
        f"--b\n\n{text}\n--b\nContent-Type: message/disposition-notification\n\n"
        "Final-Recipient: rfc822; eva@guest.test\nOriginal-Message-ID: <sent@trip.test>\n"
        f"Disposition: {disposition}\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("disposition", "text", "head", "kind"),
    [
        ("manual-action/MDN-sent-manually; displayed", "read", "", ReportKind.DISPLAYED),
        ("automatic-action/MDN-sent-automatically; deleted", "was rejected", "", ReportKind.FAILED),
        (
            "automatic-action/MDN-sent-automatically; deleted",
            "x",
            "Return-Path: <>\n",
            ReportKind.FAILED,
        ),
        (
            "automatic-action/MDN-sent-automatically; deleted",
            "Not read",
            "Return-Path: <>\nX-MS-Exchange-Organization-SCL: -1\n",
            ReportKind.DELETED,
        ),
        ("manual-action/MDN-sent-manually; deleted", "x", "", ReportKind.DELETED),
    ],
)
def test_receipts(disposition: str, text: str, head: str, kind: ReportKind) -> None:
    found = reported(receipt(disposition, text, head))
    assert found.kind is kind
    assert found.original_message_id == "<sent@trip.test>"
    assert found.recipients[0].address == "eva@guest.test"
    assert found.recipients[0].hard == (kind is ReportKind.FAILED)


@pytest.mark.parametrize(("feedback", "hard"), [("abuse", True), ("not-spam", False)])
def test_complaints(feedback: str, hard: bool) -> None:
    raw = (
        "From: fbl@host.test\nTo: abuse@trip.test\nX-Loop: host\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {feedback}\n"
        "Original-Rcpt-To: <eva@guest.test>\n--b\nContent-Type: text/rfc822-headers\n\n"
        "Message-ID: <sent@trip.test>\n--b--\n"
    ).encode()
    found = reported(raw)
    assert (found.kind, found.original_message_id) == (ReportKind.COMPLAINT, "<sent@trip.test>")
    assert [(one.address, one.hard) for one in found.recipients] == [("eva@guest.test", hard)]


def test_a_report_that_a_person_passes_on_is_no_report() -> None:
    raw = dsn(group(status="5.1.1")).replace(b"multipart/report", b"multipart/mixed")
    raw = raw.replace(b"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.test>", b"%s")
    assert read_report(raw % b"From: Eva <eva@guest.test>") is None
    assert read_report(raw % b"From: Mailer-Daemon@mx.test") is not None


@pytest.mark.parametrize(
    ("code", "hard", "said", "reason"),
    [
        ("5.2.2", False, "", "The mailbox of a@b is full."),
        ("5.2.1", True, "", "The mailbox of a@b is disabled."),
        ("5.4.4", True, "", "The mail domain of a@b does not exist or takes no mail."),
        ("5.1.6", True, "", "a@b has moved and left no new address."),
        ("5.3.4", False, "", "The message is too large for the server of a@b."),
        ("4.4.7", False, "", "The server of a@b could not be reached in time."),
        (None, True, "automatically rejected", "The message was refused for a@b."),
        (None, False, "", "The message could not be delivered to a@b."),
    ],
)
def test_sentences_for_a_user(code: str | None, hard: bool, said: str, reason: str) -> None:
    assert diagnosis.sentence(ReportKind.FAILED, "a@b", code, said, hard) == reason


def test_a_status_with_many_groups_is_bounded() -> None:
    raw = dsn(*(group(to=f"a{number}@b.test") for number in range(3000)))
    assert 0 < len(reported(raw).recipients) <= 200


BASE = [dsn(group(said="smtp; 550 5.1.1 x")), receipt("a; displayed")]


@given(
    st.sampled_from(BASE),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 30), st.binary(max_size=5))
    ),
)
def test_damaged_reports_never_raise(raw: bytes, splices: list[tuple[float, int, bytes]]) -> None:
    for place, removed, added in splices:
        position = int(place * len(raw))
        raw = raw[:position] + added + raw[position + removed :]
    found = read_report(raw)
    if found is not None:
        assert found.reason.endswith(".")
        assert all("@" in one.address for one in found.recipients)
        assert not any(one.hard for one in found.recipients if found.kind is ReportKind.DELAYED)
