"""Sending to the private mail servers, and reading from them, for the tests of several folders."""

from __future__ import annotations

import dataclasses
import email
import itertools
import smtplib
from email.message import Message
from typing import Any

from email_gateway.imap import ImapSettings
from scripts.servers.dovecot import Dovecot
from scripts.servers.mail import MailServer
from tests.servers.processes import eventually

numbers = itertools.count()


def imap_settings(server: Dovecot, address: str, **changes: Any) -> ImapSettings:
    """The mailbox of `address` by plain IMAP, except for the changes."""
    plain = ImapSettings(
        host="127.0.0.1",
        port=server.port,
        security="none",
        username=address,
        password=server.password,
        timeout=10,
        private_hosts=True,
    )
    return dataclasses.replace(plain, **changes)


def numbered_mail(number: int, size: int = 0) -> bytes:
    """A mail of at least `size` bytes with its number in subject and Message-ID."""
    head = f"From: a@guest.test\r\nSubject: {number}\r\nMessage-ID: <{number}@guest.test>\r\n\r\n"
    line = b"0123456789" * 7 + b"\r\n"
    return head.encode() + line * (size // len(line) + 1)


def deliver(server: Dovecot, address: str, *mails: bytes) -> None:
    """Puts mails into an inbox, as a mail server does."""
    with smtplib.LMTP("127.0.0.1", server.ports["lmtp"], "tests") as lmtp:
        for raw in mails:
            lmtp.sendmail("a@guest.test", [address], raw)


def send(server: MailServer, sender: str, *recipients: str, body: bytes = b"x") -> str:
    """Sends a mail without signing in, with the ENVID token-7, and returns its Message-ID."""
    message_id = f"<{next(numbers)}@agency.test>"
    head = f"Message-ID: {message_id}\r\nFrom: {sender}\r\nSubject: Hello\r\n\r\n"
    with smtplib.SMTP("127.0.0.1", server.smtp_port, "tests") as smtp:
        smtp.sendmail(sender, recipients, head.encode() + body, mail_options=["ENVID=token-7"])
    return message_id


def arrived(server: MailServer, address: str, count: int = 1) -> list[Message]:
    """The mails of an inbox, once there are so many."""
    assert eventually(lambda: len(server.mails(address)) >= count, 20), address
    return [email.message_from_bytes(raw) for raw in server.mails(address)]
