"""What the sandbox's people and servers write: answers, new mails, and reports of failure."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Final

from .mime import Mail
from .parts import Attachment

_WIRE = SMTP.clone(max_line_length=998)


def answer(
    original: Mail,
    *,
    sender: tuple[str, str],
    text: str,
    attachments: Sequence[Attachment],
    quote: bool,
    now: dt.datetime,
) -> bytes:
    """An answer as a mail program writes it: threaded by its headers, the original quoted below."""
    replied = original.reply_to[0] if original.reply_to else original.sender
    subject = original.subject
    message = _message(
        sender, (replied.name, replied.address), _answer_subject(subject), now, attachments,
        text + (_quoted(original) if quote else ""),
    )  # fmt: skip
    message["In-Reply-To"] = original.message_id
    message["References"] = " ".join((*original.references, original.message_id)[-20:])
    return _bytes(message)


def new_mail(
    *,
    sender: tuple[str, str],
    to: str,
    subject: str,
    text: str,
    attachments: Sequence[Attachment],
    now: dt.datetime,
) -> bytes:
    """A mail that answers nothing."""
    return _bytes(_message(sender, ("", to), subject, now, attachments, text))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a server takes no mail for somebody: its reply code, status (RFC 3463), and words."""

    reply: int
    status: str
    words: str

    def __str__(self) -> str:
        return f"{self.reply} {self.status} {self.words}"


NOBODY: Final = Refusal(550, "5.1.1", "User unknown in the sandbox's world")
FULL: Final = Refusal(552, "5.2.2", "Mailbox full: the sandbox's people keep everything")


def failure(original: bytes, refusal: Refusal, *, recipient: str, bounce_to: str,
            envelope_id: str, now: dt.datetime) -> bytes:  # fmt: skip
    """A server's report that it could not deliver a mail (RFC 3464), the headers enclosed."""
    domain = recipient.rpartition("@")[2]
    boundary = f"report-{secrets.token_hex(8)}"
    headers = original.partition(b"\r\n\r\n")[0]
    lines = [
        "Return-Path: <>",
        f"From: Mail Delivery System <mailer-daemon@{domain}>",
        f"To: {bounce_to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{secrets.token_hex(10)}@{domain}>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "Your message could not be delivered to one recipient.",
        "",
        f"<{recipient}>: {refusal}",
        "",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; mail.{domain}",
        f"Original-Envelope-Id: {envelope_id}",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed",
        f"Status: {refusal.status}",
        f"Diagnostic-Code: smtp; {refusal}",
        "",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers",
        "",
    ]
    return "\r\n".join(lines).encode() + b"\r\n" + headers + f"\r\n\r\n--{boundary}--\r\n".encode()


def _message(
    sender: tuple[str, str],
    to: tuple[str, str],
    subject: str,
    now: dt.datetime,
    attachments: Sequence[Attachment],
    text: str,
) -> EmailMessage:
    message = EmailMessage(policy=_WIRE)
    message["From"] = formataddr(sender)
    message["To"] = formataddr(to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{secrets.token_hex(12)}@{sender[1].rpartition('@')[2]}>"
    message.set_content(text)
    for file in attachments:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return message


def _bytes(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=_WIRE)


def _answer_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _quoted(original: Mail) -> str:
    when = original.date.strftime("%a, %d %b %Y at %H:%M") if original.date else "a while ago"
    name = original.sender.name or original.sender.address
    lines = "\n".join(f"> {line}" for line in original.text.splitlines())
    return f"\n\nOn {when}, {name} <{original.sender.address}> wrote:\n\n{lines}\n"
