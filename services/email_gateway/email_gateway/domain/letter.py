"""A mail that we write: from plain values to the bytes that go over the wire."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from . import fields
from .fields import Address, LetterRefused, check_address
from .parts import Attachment, content

# Bytes on the wire. The big mail hosts take 25 MB of attachments, which base64 makes 34 of.
SIZE_LIMIT = 36 * 1024 * 1024
RECIPIENT_LIMIT = 100  # RFC 5321 4.5.3.1.8: the number that every server must take
SUBJECT_LIMIT = 500  # characters

_EXTRA_FIELD = re.compile(r"X-[A-Za-z0-9-]{1,60}")
_LIST_ADDRESS = re.compile(r"(https|mailto):[\x21\x23-\x3b\x3d\x3f-\x7e]{1,900}")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where a reader leaves a list: by one click (RFC 8058), by mail, or either."""

    url: str | None
    mailto: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says and to whom. Ids stand in angle brackets; `date` has a zone.

    `auto_submitted` is None for what a person wrote (RFC 3834 section 5). `references` are the
    conversation's ids, the oldest first. `unsubscribe` marks the mail as bulk. `extra` holds
    further header fields, all of them `X-...`. `test_domains` lets `.test` addresses through.
    """

    message_id: str
    sender: Address
    to: Sequence[Address]
    subject: str
    date: datetime
    html: str | None = None
    text: str | None = None
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    reply_to: Address | None = None
    attachments: Sequence[Attachment] = ()
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    unsubscribe: Unsubscribe | None = None
    auto_submitted: Literal["auto-generated", "auto-replied"] | None = None
    extra: Sequence[tuple[str, str]] = ()
    test_domains: bool = False


def recipients(letter: Letter) -> list[str]:
    """Every address that gets a copy, each once, in its form for the envelope."""
    found: dict[str, str] = {}
    for name, people in (("to", letter.to), ("cc", letter.cc), ("bcc", letter.bcc)):
        for place, person in enumerate(people):
            address = fields.plain_address(
                f"{name}[{place}]", person.address, test_domains=letter.test_domains
            )
            found.setdefault(address.lower(), address)
    if not found:
        raise LetterRefused("to", "there is no recipient")
    if len(found) > RECIPIENT_LIMIT:
        raise LetterRefused("to", f"more than {RECIPIENT_LIMIT} recipients")
    return list(found.values())


def build(letter: Letter, *, size_limit: int = SIZE_LIMIT) -> bytes:
    """The message as RFC 5322 bytes with CRLF line ends, ready to be signed and sent.

    All of it is 7-bit, so no relay has a reason to re-encode it and break a signature. No line is
    longer than 998 characters, encoded words keep to RFC 2047's 75. Bcc is not in it. `size_limit`
    is in bytes. Raises LetterRefused.
    """
    recipients(letter)
    if 4 * sum(len(file.content) for file in letter.attachments) > 3 * size_limit:
        raise LetterRefused("attachments", f"the mail would exceed {size_limit} bytes")
    head = "".join(f"{field}\r\n" for field in _head(letter)).encode("ascii")
    message = head + content(letter.html, letter.text, letter.attachments)
    if len(message) > size_limit:
        raise LetterRefused("size", f"the mail has {len(message)} bytes, {size_limit} may be sent")
    return message


def _head(letter: Letter) -> Iterable[str]:
    test = letter.test_domains
    if letter.date.tzinfo is None:
        raise LetterRefused("date", "has no time zone")
    yield f"Date: {format_datetime(letter.date)}"
    yield f"From: {fields.mailbox('from', letter.sender, test_domains=test)}"
    if letter.reply_to is not None:
        yield f"Reply-To: {fields.mailbox('reply_to', letter.reply_to, test_domains=test)}"
    to = fields.mailboxes("to", letter.to, test_domains=test)
    yield f"To: {to or 'undisclosed-recipients:;'}"
    if letter.cc:
        yield f"Cc: {fields.mailboxes('cc', letter.cc, test_domains=test)}"
    subject = fields.unstructured("subject", letter.subject, used=9, limit=SUBJECT_LIMIT)
    yield f"Subject: {subject}"
    yield f"Message-ID: {fields.message_id('message_id', letter.message_id)}"
    if letter.in_reply_to and (parent := fields.foreign_ids("in_reply_to", [letter.in_reply_to])):
        yield f"In-Reply-To: {parent}"
    if ancestors := fields.foreign_ids("references", letter.references):
        yield f"References: {ancestors}"
    if letter.unsubscribe is not None:
        yield from _list_fields(letter.unsubscribe)
    if letter.auto_submitted is not None:
        if letter.auto_submitted not in ("auto-generated", "auto-replied"):
            raise LetterRefused("auto_submitted", "must be auto-generated or auto-replied")
        yield f"Auto-Submitted: {letter.auto_submitted}"
        yield "X-Auto-Response-Suppress: All"  # Exchange looks for this one
    for name, value in letter.extra:
        if not _EXTRA_FIELD.fullmatch(name):
            raise LetterRefused("extra", f"{name[:80]!r} is no name of an X- field")
        yield f"{name}: {fields.unstructured(f'extra.{name}', value, used=len(name) + 2)}"
    yield "MIME-Version: 1.0"


def _list_fields(unsubscribe: Unsubscribe) -> Iterable[str]:
    ways = []
    for name, scheme in (("url", "https"), ("mailto", "mailto")):
        field, address = f"unsubscribe.{name}", getattr(unsubscribe, name)
        if address is None:
            continue
        found = _LIST_ADDRESS.fullmatch(fields.one_line(field, address))
        if not found or found[1] != scheme:
            raise LetterRefused(field, f"must be a {scheme} address in ASCII")
        ways.append(f"<{address}>")
    if ways:
        yield "List-Unsubscribe: " + ",\r\n ".join(ways)
    if unsubscribe.url is not None:
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    yield "Precedence: bulk"


__all__ = [
    "SIZE_LIMIT",
    "Address",
    "Attachment",
    "Letter",
    "LetterRefused",
    "Unsubscribe",
    "build",
    "check_address",
    "recipients",
]
