"""The mail server takes, refuses, defers and bounces mail, as it is told."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from email.message import Message

import pytest

from scripts.servers.mail import MailServer
from scripts.servers.mail_rules import Rule, Rules
from scripts.servers.server import ServerError
from tests.servers.mailing import arrived, numbers, send
from tests.servers.processes import eventually

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix runs only as root"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    """A mail server in a test's time; tests leave it running."""
    with MailServer(queue_lifetime=6, delay_warning=2, message_limit=100_000) as running:
        yield running


@pytest.fixture
def recipient() -> str:
    """An address that no other test uses."""
    return f"someone{next(numbers)}@supplier.test"


@pytest.fixture
def sender() -> str:
    """Where this test's bounces go."""
    return f"sender{next(numbers)}@agency.test"


def refusal(server: MailServer, sender: str, recipient: str) -> tuple[int, str]:
    """The answer to RCPT."""
    with pytest.raises(smtplib.SMTPRecipientsRefused) as raised:
        send(server, sender, recipient)
    answer = raised.value.recipients[recipient]
    return answer[0], answer[1].decode()


def report(bounce: Message) -> tuple[Message, Message]:
    """The two blocks of a DSN: about the message, and about the recipient."""
    assert bounce["Return-Path"] == "<>"
    assert bounce.get_content_type() == "multipart/report"
    (status,) = [
        part for part in bounce.walk() if part.get_content_type() == "message/delivery-status"
    ]
    blocks = status.get_payload()
    assert isinstance(blocks, list)
    about_message, about_recipient = blocks
    assert isinstance(about_message, Message)
    assert isinstance(about_recipient, Message)
    return about_message, about_recipient


# -- taking mail ----------------------------------------------------------------------------------


def test_mail_arrives_with_its_envelope(server: MailServer, sender: str, recipient: str) -> None:
    number = send(server, sender, recipient.replace("@", "+Tag.7@"), body=b".\r\n..x\r\n")
    (mail,) = arrived(server, recipient)
    assert mail["Message-ID"] == number
    assert mail["Return-Path"] == f"<{sender}>"
    assert mail["Delivered-To"] == recipient.replace("@", "+Tag.7@")
    assert server.mails(recipient)[0].endswith(b"\r\n\r\n.\r\n..x\r\n")


def test_every_domain_has_its_mailboxes_and_message_ids_are_counted(
    server: MailServer, sender: str
) -> None:
    everyone = [
        f"n{next(numbers)}@{domain}" for domain in ("agency.test", "supplier.test", "guest.test")
    ]
    twice = send(server, sender, *everyone)
    once = send(server, sender, everyone[0])
    arrived(server, everyone[0], 2)
    for address in everyone[1:]:
        arrived(server, address)
    assert server.message_ids(everyone[0]) == {twice: 1, once: 1}
    assert server.message_ids(*everyone) == {twice: 3, once: 1}
    assert server.message_ids()[twice] == 3


def test_mails_are_in_the_order_of_their_coming(
    server: MailServer, sender: str, recipient: str
) -> None:
    sent = []
    for count in range(1, 6):
        sent.append(send(server, sender, recipient))
        arrived(server, recipient, count)
    assert [mail["Message-ID"] for mail in arrived(server, recipient)] == sent


def test_mail_to_elsewhere_is_not_taken_from_strangers(server: MailServer, sender: str) -> None:
    assert refusal(server, sender, "a@example.com")[0] == 554


def test_mail_to_elsewhere_from_a_signed_in_client_bounces_and_does_not_leave(
    server: MailServer, sender: str
) -> None:
    trusted = ssl.create_default_context(cafile=server.certificate)
    with smtplib.SMTP_SSL("localhost", server.smtps_port, "tests", context=trusted) as smtp:
        smtp.login(sender, server.password)
        smtp.sendmail(sender, ["a@example.com"], b"Subject: x\r\n\r\nx")
    (bounce,) = arrived(server, sender)
    _, about_recipient = report(bounce)
    assert about_recipient["Status"] == "5.1.2"
    assert about_recipient["Diagnostic-Code"] == "X-Postfix; Host or domain name not found"


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "XOAUTH2"])
def test_submission_wants_a_sign_in(
    server: MailServer, sender: str, recipient: str, mechanism: str
) -> None:
    with smtplib.SMTP("localhost", server.submission_port, "tests") as smtp:
        smtp.starttls(context=ssl.create_default_context(cafile=server.certificate))
        smtp.ehlo()
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail(sender, [recipient], b"x")
        smtp.user, smtp.password = sender, server.password
        token = f"user={sender}\1auth=Bearer {server.dovecot.access_token(sender)}\1\1"
        say = {"PLAIN": smtp.auth_plain, "LOGIN": smtp.auth_login, "XOAUTH2": lambda _=None: token}
        assert smtp.auth(mechanism, say[mechanism])[0] == 235
        smtp.sendmail(sender, [recipient], b"x")
    arrived(server, recipient)


def test_a_wrong_password_is_refused(server: MailServer, sender: str) -> None:
    with smtplib.SMTP("localhost", server.submission_port, "tests") as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError) as raised:
            smtp.login(sender, "wrong")
        assert raised.value.smtp_code == 535


def test_a_mail_too_large_is_refused(server: MailServer, sender: str, recipient: str) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as raised:
        send(server, sender, recipient, body=b"x" * 200_000)
    assert raised.value.smtp_code == 552


# -- refusing and bouncing ------------------------------------------------------------------------


def test_an_address_is_refused_until_restored(
    server: MailServer, sender: str, recipient: str
) -> None:
    server.refuse(recipient)
    code, text = refusal(server, sender, recipient)
    assert code == 550
    assert text == f"5.1.1 <{recipient}>: Recipient address rejected: User unknown"
    assert refusal(server, sender, recipient.upper().replace("@", "+tag@"))[0] == 550
    server.refuse(recipient, "554 5.7.1 Blocked")
    assert refusal(server, sender, recipient)[0] == 554
    server.restore(recipient)
    send(server, sender, recipient)
    arrived(server, recipient)


def test_of_several_recipients_the_refused_alone_gets_nothing(
    server: MailServer, sender: str, recipient: str
) -> None:
    server.refuse("gone@guest.test")
    send(server, sender, recipient, "gone@guest.test")
    arrived(server, recipient)
    assert server.mails("gone@guest.test") == []


def test_greylisting_passes_at_the_next_try_or_never(
    server: MailServer, sender: str, recipient: str
) -> None:
    server.greylist(recipient)
    assert refusal(server, sender, recipient)[0] == 450
    send(server, sender, recipient)
    server.greylist(recipient, times=2)
    assert refusal(server, sender, recipient)[0] == 450
    assert refusal(server, sender, recipient)[0] == 450
    send(server, sender, recipient)
    server.greylist(recipient, times=None)
    for _ in range(4):
        assert refusal(server, sender, recipient)[1].startswith("4.2.0")


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("550 5.1.1 User unknown", "5.1.1"),
        ("554 5.7.1 Message looks like spam", "5.7.1"),
        ("552 5.2.2 Mailbox full", "5.2.2"),
    ],
)
def test_accepted_mail_bounces_with_the_providers_words(
    server: MailServer, sender: str, recipient: str, reply: str, status: str
) -> None:
    server.bounce(recipient, reply)
    number = send(server, sender, recipient.replace("@", "+tag@"))
    (bounce,) = arrived(server, sender)
    about_message, about_recipient = report(bounce)
    assert about_message["Original-Envelope-Id"] == "token-7"
    assert about_recipient["Final-Recipient"] == f"rfc822; {recipient.replace('@', '+tag@')}"
    assert about_recipient["Action"] == "failed"
    assert about_recipient["Status"] == status
    said = " ".join(about_recipient["Diagnostic-Code"].split())
    assert said.startswith(f"smtp; {reply[:9]}")
    assert said.endswith(reply[10:])
    assert f"Message-ID: {number}" in bounce.as_string()
    assert server.mails(recipient) == []


def test_a_full_mailbox_is_told_as_delayed_and_then_as_failed(
    server: MailServer, sender: str, recipient: str
) -> None:
    server.fill(recipient)
    send(server, sender, recipient)
    reports = [report(bounce)[1] for bounce in arrived(server, sender, 2)]
    assert [each["Action"] for each in reports] == ["delayed", "failed"]
    assert [each["Status"] for each in reports] == ["4.2.2", "4.2.2"]
    assert "452 4.2.2" in reports[0]["Diagnostic-Code"]


def test_deferred_mail_arrives_after_all(server: MailServer, sender: str, recipient: str) -> None:
    server.defer(recipient)
    number = send(server, sender, recipient)
    log = server.postfix.folder / "mail.log"
    assert eventually(
        lambda: f"to=<{recipient}>" in log.read_text() and "deferred" in log.read_text()
    )
    assert server.mails(recipient) == []
    server.restore(recipient)
    (mail,) = arrived(server, recipient)
    assert mail["Message-ID"] == number


def test_a_holiday_notice_is_a_real_one(server: MailServer, sender: str, recipient: str) -> None:
    server.dovecot.sieve(
        recipient, 'require "vacation";\r\nvacation :subject "Away" "Back on Monday.";'
    )
    with smtplib.SMTP("127.0.0.1", server.smtp_port, "tests") as smtp:
        raw = f"Message-ID: <q@agency.test>\r\nFrom: {sender}\r\nTo: {recipient}\r\n\r\nx"
        smtp.sendmail(sender, [recipient], raw.encode())
    (notice,) = arrived(server, sender)
    assert notice["Auto-Submitted"].startswith("auto-replied")
    assert notice["Return-Path"] == "<>"
    assert notice["In-Reply-To"] == "<q@agency.test>"
    assert notice["Subject"] == "Away"
    assert len(arrived(server, recipient)) == 1  # the notice may be the faster one


@pytest.mark.parametrize("address", ["nobody", "@guest.test", "../../x@guest.test", "a@b/../c"])
def test_what_is_no_address_names_no_file(server: MailServer, address: str) -> None:
    with pytest.raises(ServerError, match="is no address"):
        server.mails(address)


def test_a_rule_counts_only_its_own_recipient() -> None:
    rules = Rules()
    rules.set("door", "A+x@b.test", Rule("450 4.2.0 later", times=1))
    assert rules.answer("provider a@b.test") == "NOTFOUND "
    assert rules.answer("door other@b.test") == "NOTFOUND "
    assert rules.answer("door a+y@B.test") == "OK 450 4.2.0 later"
    assert rules.answer("door a@b.test") == "NOTFOUND "
