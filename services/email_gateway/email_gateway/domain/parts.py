"""The MIME parts of a mail that we write (RFC 2045 to 2047, 2183, 2231, 2387)."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import MIMEPart
from email.policy import SMTP
from typing import Literal

from .fields import LINE_LIMIT, NAME_LIMIT, LetterRefused, encodable, one_line

ATTACHMENT_LIMIT = 50

_WIRE = SMTP.clone(max_line_length=76)  # quoted-printable's limit, RFC 2045 6.7
_CONTENT_ID = re.compile(r"[A-Za-z0-9._%+@-]{1,200}")
_CONTENT_TYPE = re.compile(r"([A-Za-z0-9!#$&^_.+-]{1,127})/([A-Za-z0-9!#$&^_.+-]{1,127})")
_PLAIN = re.compile(r"[\t\n\x20-\x7e]*+")
_LONG_LINE = re.compile(rf"[^\n]{{{LINE_LIMIT}}}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. With a `content_id` that the HTML names as `cid:...` it is shown in place."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None


def content(html: str | None, text: str | None, attachments: Sequence[Attachment]) -> bytes:
    """Content fields, an empty line and the body, all 7-bit with CRLF line ends.

    The parts are mixed > related > alternative, each only where there is need for it. Raises
    LetterRefused.
    """
    if len(attachments) > ATTACHMENT_LIMIT:
        raise LetterRefused("attachments", f"more than {ATTACHMENT_LIMIT} files")
    whole = _spoken(html, text)
    inline, attached, seen = [], [], set()
    for place, file in enumerate(attachments):
        part = _file(f"attachments[{place}]", file)
        if file.content_id is None or f"cid:{file.content_id}" not in (html or ""):
            attached.append(part)  # readers drop an inline part that nothing points to
        elif file.content_id in seen:
            raise LetterRefused(f"attachments[{place}].content_id", "is used twice")
        else:
            seen.add(file.content_id)
            inline.append(part)
    if inline:
        # RFC 2387 3.1 wants the type of its first part.
        whole = _multipart(f'related; type="{whole.kind}"', whole, *inline)
    if attached:
        whole = _multipart("mixed", whole, *attached)
    return whole.written


@dataclass(frozen=True, slots=True)
class _Part:
    """A part as it is sent, its fields first."""

    kind: str
    written: bytes


def _spoken(html: str | None, text: str | None) -> _Part:
    parts = []
    if text is not None:
        parts.append(_text("text", text, "plain"))
    if html is not None:
        parts.append(_text("html", html, "html"))
    if not parts:
        raise LetterRefused("text", "there is neither text nor html")
    return parts[0] if len(parts) == 1 else _multipart("alternative", *parts)


def _multipart(subtype: str, *parts: _Part) -> _Part:
    # "=_" stands in no quoted-printable text and in no base64 (RFC 2045 6.7), and nobody guesses
    # the rest.
    boundary = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'
    line = f"--{boundary}"
    body = b"".join(b"%b\r\n%b\r\n" % (line.encode(), part.written) for part in parts)
    kind = f"multipart/{subtype.partition(';')[0]}"
    return _Part(kind, head.encode() + body + f"{line}--\r\n".encode())


def _text(name: str, value: str, subtype: str) -> _Part:
    """Text, written by hand: the standard library's own parts take ten times as long."""
    value = encodable(name, value).replace("\r\n", "\n").replace("\r", "\n")
    if not value.endswith("\n"):
        value += "\n"
    encoding = _encoding(value)
    head = (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    raw = value.encode()
    if encoding == "base64":  # of lines that end in CRLF (RFC 2045 6.8)
        raw = base64.encodebytes(raw.replace(b"\n", b"\r\n"))
    elif encoding == "quoted-printable":
        raw = binascii.b2a_qp(raw)
    return _Part(f"text/{subtype}", head.encode() + raw.replace(b"\n", b"\r\n"))


def _encoding(value: str) -> Literal["7bit", "quoted-printable", "base64"]:
    """Never 8bit: a relay without 8BITMIME would re-encode it and break the signature."""
    if _PLAIN.fullmatch(value) and not _LONG_LINE.search(value):
        return "7bit"
    # Quoted-printable stays readable in a raw mail but triples a text that is mostly not Latin.
    size = len(value.encode("utf-8"))
    foreign = size - len(value.encode("ascii", "ignore"))
    return "base64" if 2 * foreign > size else "quoted-printable"


def _file(name: str, file: Attachment) -> _Part:
    kind = _CONTENT_TYPE.fullmatch(one_line(f"{name}.content_type", file.content_type))
    if not kind:
        raise LetterRefused(f"{name}.content_type", "must look like type/subtype")
    maintype, subtype = kind[1].lower(), kind[2].lower()
    if maintype in ("message", "multipart"):
        # These may not be base64 (RFC 2046 5.2.1), and relays would change what is in them.
        maintype, subtype = "application", "octet-stream"
    filename = one_line(f"{name}.name", file.name).replace("/", "_").replace("\\", "_").strip()
    if not 0 < len(filename) <= NAME_LIMIT:
        raise LetterRefused(f"{name}.name", f"must have 1 to {NAME_LIMIT} characters")
    if file.content_id is not None and not _CONTENT_ID.fullmatch(file.content_id):
        raise LetterRefused(f"{name}.content_id", "must be letters, digits and . _ % + @ -")
    part = MIMEPart(policy=_WIRE)
    part.set_content(
        file.content,
        maintype=maintype,
        subtype=subtype,
        cte="base64",
        disposition="attachment" if file.content_id is None else "inline",
        filename=filename,
        cid=None if file.content_id is None else f"<{file.content_id}>",
    )
    return _Part(f"{maintype}/{subtype}", part.as_bytes(policy=_WIRE))
