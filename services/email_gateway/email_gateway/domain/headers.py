"""Header fields of mail as it really comes: decoded, repaired, bounded, never raising."""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import unquote_to_bytes

from .charsets import decode, repair

# The longest real header blocks (Exchange's diagnostics) are some 100 KB; a part's are a few lines.
MAX_BLOCK: Final = 256 * 1024
MAX_PART_BLOCK: Final = 16 * 1024
# RFC 5322 has no limit for a field; 601 references are 34 KB.
MAX_VALUE: Final = 64 * 1024
MAX_FIELDS: Final = 1000
# A list message to everybody names some hundreds.
MAX_ADDRESSES: Final = 1000
MAX_IDS: Final = 1000
# RFC 5322 2.1.1 allows a line of 998; a longer id was not made by a mail program.
MAX_ID: Final = 998
# RFC 5321 4.5.3.1.3: a path has 256 octets; internationalised ones get double.
MAX_ADDRESS: Final = 512
MAX_NAME: Final = 256
MAX_DATE: Final = 200
MAX_PARAMETERS: Final = 100

# No `?` inside, so that a try stops at the next one and the search stays linear.
_WORD: Final = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?\r\n]*)\?=")
_ID: Final = re.compile(r"<([^<>\s]+)>")
_GAP_BEFORE_COLON: Final = re.compile(rb"^([!-9;-~]+)[ \t]+:", re.MULTILINE)
_UNSTORABLE: Final = re.compile(r"[\r\n\x00]+")  # PostgreSQL takes no NUL
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SPACE: Final = re.compile(r"\s+")
_SEPARATORS: Final = re.compile(r"[\s<>,;()\[\]\"]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: its display name ("" when it has none) and its address as written."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after the last `@`, case-folded; "" when there is none."""
        return self.address.rpartition("@")[2].casefold() if "@" in self.address else ""


@dataclass(frozen=True, slots=True)
class Parameters:
    """A structured field: its value, lower case, and its parameters by lower-case name."""

    value: str
    parameters: Mapping[str, str]

    def get(self, name: str) -> str:
        """The parameter's text; "" when it is not there."""
        return self.parameters.get(name, "")


Fields = Mapping[str, tuple[str, ...]]
"""Raw values by lower-case name, unfolded, in the order they came; undecoded 8-bit bytes are
surrogates, as the standard library leaves them."""


def read_block(block: bytes, limit: int = MAX_BLOCK) -> tuple[Fields, bytes]:
    """Return the fields at the start of `block` and the bytes that were no header after all.

    Of more than `limit` bytes the rest is no header.

    The standard library's compat32 parser takes what mail has: a `From ` line before, a missing
    blank line, continuation lines of nothing.
    """
    tidy = _GAP_BEFORE_COLON.sub(rb"\1:", block[:limit])  # RFC 5322 4.5 allows the gap
    message = BytesParser(policy=compat32).parsebytes(tidy, headersonly=True)
    fields: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        known = fields.setdefault(name.strip().lower(), [])
        if len(fields) > MAX_FIELDS or len(known) >= MAX_FIELDS:
            break
        known.append(_UNSTORABLE.sub("", str(value)[:MAX_VALUE]))
    # The library would decode the rest by the mail's own label, which may raise or mangle it.
    del message["content-type"]
    message["content-type"] = "text/plain; charset=latin-1"
    payload = message.get_payload()
    rest = payload.encode("latin-1") if isinstance(payload, str) else b""
    return {name: tuple(values) for name, values in fields.items()}, rest + block[limit:]


def first(fields: Fields, name: str) -> str:
    """The first value of the field, stripped; "" when there is none."""
    values = fields.get(name, ())
    return values[0].strip() if values else ""


def read_text(value: str, body_charset: str = "") -> str:
    """Return an unstructured value (Subject, a display name) as a line of text.

    Encoded words (RFC 2047) are decoded even where their rules are broken; adjacent ones of one
    charset are joined as bytes first, because programs cut letters in two. Control characters
    become spaces, so an encoded line break cannot make a header of its own.
    """
    return _line("".join(_decoded(repair(value, body_charset))))


def read_addresses(value: str, body_charset: str = "") -> tuple[Address, ...]:
    """Return the mailboxes of an address list (RFC 5322 3.4), groups dissolved.

    A semicolon separates too (Outlook). What has no `@` is left out; where brackets or quotes do
    not close, everything that looks like an address is taken.
    """
    text = repair(value, body_charset)[:MAX_VALUE]
    if text.count('"') % 2:  # one that does not close would swallow the rest
        text = text.replace('"', "")
    found = [_address(*parts) for parts in _mailboxes(text)]
    addresses = [address for address in found if address is not None]
    if not addresses and "@" in text:
        words = _SEPARATORS.split(text)
        addresses = [Address("", word) for word in words if 0 < word.find("@") < len(word) - 1]
    return tuple(address for address in addresses if len(address.address) <= MAX_ADDRESS)[
        :MAX_ADDRESSES
    ]


def read_ids(value: str) -> tuple[str, ...]:
    """Return the message ids of a value, with their angle brackets, in order, each once.

    Only what stands in brackets, unless nothing does: then the first word that has an `@`.
    """
    found = [f"<{inner}>" for inner in _ID.findall(repair(value)) if len(inner) <= MAX_ID]
    if not found:
        bare = next((word for word in value.split() if "@" in word and len(word) <= MAX_ID), "")
        found = [f"<{bare.strip('<>,;')}>"] if bare.isascii() and bare.strip("<>,;@") else []
    return tuple(dict.fromkeys(found))[-MAX_IDS:]


def read_date(value: str) -> datetime | None:
    """Return the moment in UTC; None when it is not a date. One without a zone is UTC."""
    try:
        moment = parsedate_to_datetime(value[:MAX_DATE])
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def read_parameters(value: str, body_charset: str = "") -> Parameters:
    """Return a structured field such as Content-Type (RFC 2045 5.1, RFC 2231).

    Continued and percent-encoded parameters are put together; names in encoded words, which
    RFC 2047 forbids and many write, are decoded too.
    """
    pieces = list(_split(repair(value, body_charset)))
    raw: dict[str, str] = {}
    for piece in pieces[1 : MAX_PARAMETERS + 1]:
        name, equals, content = piece.partition("=")
        if equals:
            raw.setdefault(name.strip().lower(), _unquoted(content.strip()))
    main = _SPACE.sub("", pieces[0] if pieces else "").lower()
    return Parameters(main, dict(_joined(raw)))


def _joined(raw: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """RFC 2231: `name*0*=charset'lang'a%20b; name*1=c` is one parameter, `name`."""
    for name in dict.fromkeys(key.partition("*")[0] for key in raw):
        if f"{name}*" in raw:
            yield name, _percent([(raw[f"{name}*"], True)])
        elif f"{name}*0" in raw or f"{name}*0*" in raw:
            parts = []
            for number in range(MAX_PARAMETERS):
                plain, encoded = f"{name}*{number}", f"{name}*{number}*"
                if plain not in raw and encoded not in raw:
                    break
                parts.append((raw.get(encoded, raw.get(plain, "")), encoded in raw))
            yield name, _percent(parts)
        elif name in raw:
            yield name, read_text(raw[name])


def _percent(parts: list[tuple[str, bool]]) -> str:
    charset, data = "", b""
    for number, (part, encoded) in enumerate(parts):
        text = part
        if encoded and number == 0 and part.count("'") >= 2:
            charset, _, text = part.split("'", 2)
        content = text.encode("utf-8", "replace")
        data += unquote_to_bytes(content) if encoded else content
    return _line(decode(data, charset))


def _decoded(value: str) -> Iterator[str]:
    """The pieces of a value, encoded words decoded, the white space between two of them gone."""
    position = 0
    pending, pending_charset = b"", ""
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        charset = word[1].partition("*")[0].casefold()
        if (between.strip() or charset != pending_charset) and pending_charset:
            yield decode(pending, pending_charset)
            pending, pending_charset = b"", ""
        if between.strip() or position == 0:
            yield between
        pending, pending_charset = pending + _word_bytes(word[2], word[3]), charset
        position = word.end()
    if pending_charset:
        yield decode(pending, pending_charset)
    yield value[position:]


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    return base64_bytes(data)


def base64_bytes(data: bytes) -> bytes:
    """Decode Base64 as far as it goes: foreign characters skipped, missing padding forgiven."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:  # six bits are no byte
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _line(text: str) -> str:
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    inner = value[1:].rpartition('"')[0] or value[1:].rstrip('"')
    return inner.replace('\\"', '"').replace("\\\\", "\\")


def _split(value: str) -> Iterator[str]:
    """Cut at the semicolons that stand outside of quotes."""
    start, quoted, skip = 0, False, False
    for position, character in enumerate(value):
        if skip:
            skip = False
        elif character == "\\":
            skip = quoted
        elif character == '"':
            quoted = not quoted
        elif character == ";" and not quoted:
            yield value[start:position]
            start = position + 1
    yield value[start:]


def _address(name: str, comment: str, angle: str | None) -> Address | None:
    """A mailbox of its three raw pieces; None where none of them has an address."""
    place = name if angle is None else angle
    words = [word for word in _SEPARATORS.split(_line("".join(_decoded(place)))) if "@" in word]
    chosen = words[-1 if angle is not None else 0] if words else ""
    # `@route:user@host`, `mailto:user@host`, `user@host:25`
    address = next((piece for piece in reversed(chosen.split(":")) if "@" in piece), "")
    if not address.strip("@") or address.startswith("@") or address.endswith("@"):
        return None
    label = name if angle is not None else comment
    return Address(read_text(label or comment).strip("\"' ")[:MAX_NAME], address)


def _mailboxes(value: str) -> Iterator[tuple[str, str, str | None]]:
    """Cut an address list into (text, comment, content of the angle brackets) in one pass."""
    text: list[str] = []
    comment: list[str] = []
    angle: list[str] | None = None
    depth, quoted, inside, skip_to = 0, False, False, 0
    for position, character in enumerate(value):
        if position < skip_to:
            continue
        target = comment if depth else angle if inside and angle is not None else text
        if character == "=" and (word := _WORD.match(value, position)):
            target.append(word[0])
            skip_to = word.end()
        elif character == "\\" and (quoted or depth):
            target.append(value[position + 1 : position + 2])
            skip_to = position + 2
        elif quoted:
            quoted = character != '"'
            target.append(character if quoted else "")
        elif character == "(" or depth:
            depth += (character == "(") - (character == ")")
            target.append(" " if character in "()" else character)
        elif character == '"':
            quoted = True
        elif character == "<":
            inside, angle = True, []
        elif character == ">":
            inside = False
        elif character in ",;" and not inside:
            yield "".join(text), "".join(comment), None if angle is None else "".join(angle)
            text, comment, angle = [], [], None
        elif character == ":" and not inside and angle is None and "@" not in text:
            text = []  # what stood before was a group's name
        else:
            target.append(character)
    yield "".join(text), "".join(comment), None if angle is None else "".join(angle)
