"""A mail as it came over the wire, taken apart: whatever the bytes are, there is a result."""

import quopri
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import unquote

from . import headers
from .charsets import decode, repair
from .filenames import safe_name
from .headers import Address, Fields, Parameters
from .plaintext import to_text

# Real mail nests some six multiparts; each level costs one more pass over its bytes.
MAX_DEPTH: Final = 20
# A forwarded photo album has a hundred parts.
MAX_PARTS: Final = 300
# RFC 2046 5.1.1 says 70; programs that break it stay under this.
MAX_BOUNDARY: Final = 250
# Characters of all bodies together. What a person wrote is a hundredth of it, with Word's styles a
# fifth; of a longer one the whole stays as an attachment.
MAX_BODY: Final = 1_000_000
MAX_SUBJECT: Final = 1000

ENVELOPE_FIELDS: Final = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
# Copies of the same text for watches and AMP; nothing in them that the HTML has not.
SKIPPED_TYPES: Final = frozenset({"text/x-amp-html", "text/watch-html"})

_BLANK_LINE: Final = re.compile(rb"\n\r?\n|\A\r?\n")
_FIRST_DELIMITER: Final = re.compile(rb"^--(\S{3,250})[ \t]*\r?$", re.MULTILINE)
_CID: Final = re.compile(r"cid:([^\"'\s<>)]{1,255})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a mail. `name` is safe as a file's name and never empty.

    `content_id` is without brackets ("" when it has none); `inline` says that the HTML shows it.
    """

    name: str
    content_type: str
    content_id: str
    inline: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. Ids are with their angle brackets; "" or () is what it does not say.

    `html` is as it came and hostile; `headers` has every field's raw values by lower-case name;
    `defects` names what was wrong or too much, for the log.
    """

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    delivered_to: tuple[str, ...]
    date: datetime | None
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    headers: Mapping[str, tuple[str, ...]]
    defects: tuple[str, ...]

    def header(self, name: str) -> str:
        """The first value of the field `name` (lower case); "" when there is none."""
        return headers.first(self.headers, name)


def read_mail(raw: bytes) -> Mail:
    """Return what the mail `raw` (RFC 5322, MIME) says.

    Never raises, whatever the bytes are, and takes time in proportion to them. Text is the
    text/plain of each alternative, else the HTML's text. Messages inside (message/rfc822) stay
    whole as `.eml` attachments; their text is not this mail's.
    """
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    reading = _Reading()
    fields, body = open_entity(raw, headers.MAX_BLOCK)
    root = _Part(fields, body)
    reading.take(root, 0)
    html = reading.html()
    return _mail(fields, root.charset, reading, html)


def _mail(fields: Fields, charset: str, reading: "_Reading", html: str | None) -> Mail:
    def addresses(*names: str) -> tuple[Address, ...]:
        values = (value for name in names for value in fields.get(name, ()))
        return headers.read_addresses(", ".join(values), charset)

    senders = (addresses(name) for name in ("from", "sender", "return-path"))
    envelope = (address.address for address in addresses(*ENVELOPE_FIELDS))
    shown = {unquote(content_id) for content_id in _CID.findall(html or "")}
    return Mail(
        message_id=next(iter(headers.read_ids(headers.first(fields, "message-id"))), ""),
        in_reply_to=headers.read_ids(headers.first(fields, "in-reply-to")),
        references=headers.read_ids(" ".join(fields.get("references", ()))),
        subject=headers.read_text(headers.first(fields, "subject"), charset)[:MAX_SUBJECT],
        sender=next((found[0] for found in senders if found), Address("", "")),
        reply_to=addresses("reply-to"),
        to=addresses("to"),
        cc=addresses("cc"),
        delivered_to=tuple(dict.fromkeys(envelope)),
        date=headers.read_date(headers.first(fields, "date")),
        text=reading.text(),
        html=html,
        attachments=tuple(file.attachment(shown) for file in reading.files),
        headers={
            name: tuple(repair(value, charset) for value in values)
            for name, values in fields.items()
        },
        defects=tuple(dict.fromkeys(reading.defects)),
    )


class _Part:
    """One entity: its fields and its still encoded body."""

    __slots__ = ("body", "disposition", "fields", "kind")

    def __init__(self, fields: Fields, body: bytes, default: str = "text/plain") -> None:
        self.fields = fields
        self.body = body
        self.kind: Parameters = headers.read_parameters(headers.first(fields, "content-type"))
        if self.kind.value.count("/") != 1:  # RFC 2045 5.2: none or none that can be read
            self.kind = Parameters(default, self.kind.parameters)
        self.disposition = headers.read_parameters(headers.first(fields, "content-disposition"))

    @property
    def charset(self) -> str:
        return self.kind.get("charset")

    @property
    def filename(self) -> str:
        return self.disposition.get("filename") or self.kind.get("name")

    @property
    def content_id(self) -> str:
        value = headers.read_text(headers.first(self.fields, "content-id"))
        return value.strip("<> ")[: headers.MAX_ID]

    def content(self) -> bytes:
        """The body without its transfer encoding; as it is where that is unknown."""
        encoding = headers.first(self.fields, "content-transfer-encoding").lower()
        if encoding.startswith("base64"):
            return headers.base64_bytes(self.body)
        if encoding.startswith("quoted-printable"):
            return quopri.decodestring(self.body)
        return self.body


@dataclass(frozen=True, slots=True)
class _File:
    part: _Part
    content: bytes

    def attachment(self, shown: set[str]) -> Attachment:
        content_id = self.part.content_id
        title = ""
        if self.part.kind.value == "message/rfc822" and not self.part.filename:
            fields, _ = open_entity(self.content)
            title = headers.read_text(headers.first(fields, "subject"))
        return Attachment(
            name=safe_name(self.part.filename or title, self.part.kind.value),
            content_type=self.part.kind.value,
            content_id=content_id,
            inline=bool(content_id) and content_id in shown,
            content=self.content,
        )


@dataclass(slots=True)
class _Body:
    """One stretch of the mail's text, in up to two forms."""

    plain: str | None = None
    html: str | None = None


@dataclass(slots=True)
class _Reading:
    """What was found so far on the walk through the parts."""

    bodies: list[_Body] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    parts: int = 0
    room: int = MAX_BODY

    def text(self) -> str:
        texts = [
            body.plain if body.plain and body.plain.strip() else to_text(body.html or "")
            for body in self.bodies
        ]
        return "\n\n".join(text.rstrip() for text in texts if text.strip())

    def html(self) -> str | None:
        if all(body.html is None for body in self.bodies):
            return None
        return "\n".join(
            f"<pre>{escape(body.plain or '')}</pre>" if body.html is None else body.html
            for body in self.bodies
            if body.plain or body.html
        )

    def take(self, part: _Part, depth: int, alternative: _Body | None = None) -> None:
        """Add what `part` has; `alternative` is the body whose other form it may be."""
        self.parts += 1
        if part.kind.value.startswith("multipart/"):
            self._take_multipart(part, depth, alternative)
        elif part.kind.value not in SKIPPED_TYPES:
            self._take_leaf(part, alternative)

    def _take_multipart(self, part: _Part, depth: int, alternative: _Body | None) -> None:
        if depth >= MAX_DEPTH:
            self.defects.append("too_deep")
            self.files.append(_File(part, part.body))
            return
        pieces = _pieces(part.body, part.kind.get("boundary").encode("utf-8", "replace"))
        if not pieces:
            self.defects.append("no_boundary")
            delimiter = _FIRST_DELIMITER.search(part.body)
            pieces = _pieces(part.body, delimiter[1]) if delimiter else []
        if not pieces:
            self._take_leaf(_Part({}, part.body), alternative)
            return
        if part.kind.value == "multipart/alternative":
            alternative = _Body()
            self.bodies.append(alternative)
        default = "message/rfc822" if part.kind.value == "multipart/digest" else "text/plain"
        for piece in pieces:
            if self.parts >= MAX_PARTS:
                self.defects.append("too_many_parts")
                return
            fields, body = open_entity(piece)
            self.take(_Part(fields, body, default), depth + 1, alternative)

    def _take_leaf(self, part: _Part, alternative: _Body | None) -> None:
        content = part.content()
        kind = part.kind.value
        apart = part.disposition.value == "attachment" or bool(part.filename and self.bodies)
        if kind not in ("text/plain", "text/html") or apart:
            self.files.append(_File(part, content))
            return
        text = decode(content, part.charset).replace("\x00", "")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > self.room:
            self.defects.append("body_cut")
            self.files.append(_File(part, content))
            text = text[: self.room]
        self.room -= len(text)
        body = alternative
        if body is None:
            body = _Body()
            self.bodies.append(body)
        # Apple Mail cuts a form in two where a picture stands.
        if kind == "text/plain":
            body.plain = text if body.plain is None else f"{body.plain}\n{text}"
        else:
            body.html = text if body.html is None else f"{body.html}\n{text}"


def open_entity(entity: bytes, limit: int = headers.MAX_PART_BLOCK) -> tuple[Fields, bytes]:
    """Cut an entity into its fields and its body at the first empty line."""
    blank = _BLANK_LINE.search(entity)
    end = blank.end() if blank else len(entity)
    fields, rest = headers.read_block(entity[:end], limit)
    return fields, rest + entity[end:]


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """The parts of a multipart body (RFC 2046 5.1); the last one may lack its end."""
    pieces: list[bytes] = []
    if not boundary or len(boundary) > MAX_BOUNDARY:
        return pieces
    delimiter = b"\n--" + boundary
    text = b"\n" + body
    start = -1
    position = text.find(delimiter)
    while position >= 0:
        line_end = text.find(b"\n", position + 1)
        line_end = len(text) if line_end < 0 else line_end
        tail = text[position + len(delimiter) : line_end].strip()
        if tail in (b"", b"--"):
            if start >= 0:
                pieces.append(text[start:position].removesuffix(b"\r"))
            start = line_end + 1
            if tail == b"--":
                return pieces
        position = text.find(delimiter, line_end)
    if 0 <= start < len(text):
        pieces.append(text[start:])
    return pieces
