"""The kinds of values that a setting may have: how each is read from text and described.

A kind's `parse` raises ValueError whose text says what is wrong, fit to stand after the variable's
name. Kinds that may hold a password never put any of the value into that text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from . import zones

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_ECHO = 40  # characters of a wrong value that an error repeats
_SECONDS = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h|d)?", re.ASCII)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no print, log or traceback shows; `reveal()` gives it."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        """The secret itself."""
        return self._text

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Url:
    """A URL whose password no print, log or traceback shows; `reveal()` gives the whole.

    What it prints stands in angle brackets, so that a `str()` where `reveal()` was meant fails at
    once, and does not connect as somebody else.
    """

    _text: str = field(repr=False)
    scheme: str
    host: str
    port: int | None
    path: str
    query: tuple[tuple[str, str], ...] = field(repr=False)

    def reveal(self) -> str:
        """The URL as it was given, password and all."""
        return self._text

    def __repr__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"<{self.scheme}://{self.host}{port}{self.path}>"


@dataclass(frozen=True, slots=True)
class Kind(Generic[T_co]):
    """How one kind of value is read.

    `says` completes "expected …"; `example` is a good value, or empty where showing one would
    tempt to use it.
    """

    parse: Callable[[str], T_co]
    says: str
    example: str


def _shown(text: str) -> str:
    return repr(text if len(text) <= _ECHO else text[:_ECHO] + "…")


def text(says: str, example: str, *, longest: int = 1000) -> Kind[str]:
    """Any text of at most `longest` characters."""

    def parse(raw: str) -> str:
        if len(raw) > longest:
            raise ValueError(f"has {len(raw)} characters, {longest} are allowed")
        return raw

    return Kind(parse, says, example)


def integer(low: int, high: int) -> Kind[int]:
    """A whole number from `low` to `high`, both allowed."""

    def parse(raw: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", raw, re.ASCII):
            raise ValueError(f"{_shown(raw)} is not a whole number")
        if not low <= int(raw) <= high:
            raise ValueError(f"{int(raw)} is out of bounds")
        return int(raw)

    return Kind(parse, f"a whole number from {low} to {high}", str(high if low < 0 else low))


def boolean() -> Kind[bool]:
    """Yes or no, in the usual spellings."""

    def parse(raw: str) -> bool:
        if raw.lower() not in _TRUE | _FALSE:
            raise ValueError(f"{_shown(raw)} is neither yes nor no")
        return raw.lower() in _TRUE

    return Kind(parse, "yes or no (also 1/0, true/false, on/off)", "yes")


def seconds(low: float, high: float) -> Kind[float]:
    """A duration from `low` to `high` seconds: `30`, `250ms`, `30s`, `15m`, `2h`, `7d`."""

    def parse(raw: str) -> float:
        match = _SECONDS.fullmatch(raw)
        if match is None:
            raise ValueError(f"{_shown(raw)} is not a duration")
        value = float(match[1]) * _UNITS[match[2] or "s"]
        if not low <= value <= high:
            raise ValueError(f"{value:g} seconds are out of bounds")
        return value

    return Kind(
        parse, f"a duration from {low:g} to {high:g} seconds, as 250ms, 30s, 15m, 2h", "30s"
    )


def url(*schemes: str, example: str, hostless: frozenset[str] = frozenset()) -> Kind[Url]:
    """A URL of one of `schemes`; a host is wanted unless the scheme is in `hostless`."""

    def parse(raw: str) -> Url:
        try:
            parts = urlsplit(raw)
        except ValueError:
            raise ValueError("is not a URL") from None
        if parts.scheme not in schemes or not raw.lower().startswith(f"{parts.scheme}://"):
            raise ValueError(f"does not start with {' or '.join(f'{name}://' for name in schemes)}")
        try:
            port = parts.port
        except ValueError:
            raise ValueError("has a port that is not a number from 0 to 65535") from None
        if not parts.hostname and parts.scheme not in hostless:
            raise ValueError("names no host")
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return Url(raw, parts.scheme, parts.hostname or "", port, parts.path, query)

    return Kind(parse, f"a URL ({', '.join(schemes)})", example)


def path(example: str) -> Kind[Path]:
    """A path of the file system; it need not exist yet."""

    def parse(raw: str) -> Path:
        if "\0" in raw:
            raise ValueError("holds a NUL character")
        return Path(raw)

    return Kind(parse, "a path", example)


def choice(*words: str) -> Kind[str]:
    """One of `words`, in any case."""

    def parse(raw: str) -> str:
        if raw.lower() not in words:
            raise ValueError(f"{_shown(raw)} is not known")
        return raw.lower()

    return Kind(parse, f"one of {', '.join(words)}", words[0])


def zone() -> Kind[ZoneInfo]:
    """A time zone by its name in the IANA database."""

    def parse(raw: str) -> ZoneInfo:
        if raw not in zones.names():
            raise ValueError(f"{_shown(raw)} is no time zone")
        return ZoneInfo(raw)

    return Kind(parse, "a time zone's IANA name", "Europe/Prague")


def secret(*, shortest: int = 1) -> Kind[Secret]:
    """A text that is never shown, of at least `shortest` characters."""

    def parse(raw: str) -> Secret:
        if len(raw) < shortest:
            raise ValueError(f"is too short: {len(raw)} characters")
        return Secret(raw)

    return Kind(parse, f"a secret of {shortest} characters or more", "")


def fernet_key() -> Kind[Secret]:
    """A Fernet key: 32 bytes in url-safe base64, as `fairlead.secrets.new_key()` makes them."""

    def parse(raw: str) -> Secret:
        try:
            whole = len(base64.b64decode(raw.encode(), altchars=b"-_", validate=True)) == 32
        except (binascii.Error, ValueError):
            whole = False
        if not whole:
            raise ValueError("is not a Fernet key")
        return Secret(raw)

    return Kind(parse, "a Fernet key (32 bytes in url-safe base64)", "")


def listing(kind: Kind[T], *, shortest: int = 0) -> Kind[tuple[T, ...]]:
    """Values of `kind` with commas between; blanks around them do not count."""

    def parse(raw: str) -> tuple[T, ...]:
        entries = [entry.strip() for entry in raw.split(",") if entry.strip()]
        if len(entries) < shortest:
            raise ValueError(f"has {len(entries)} entries, {shortest} at least are wanted")
        values = []
        for number, entry in enumerate(entries, 1):
            try:
                values.append(kind.parse(entry))
            except ValueError as error:
                raise ValueError(f"entry {number} of {len(entries)} {error}") from None
        return tuple(values)

    return Kind(parse, f"{kind.says}, or several with commas between", kind.example)


def optional(kind: Kind[T]) -> Kind[T | None]:
    """A value of `kind`, or nothing; use it with `default=""`."""

    def parse(raw: str) -> T | None:
        return kind.parse(raw) if raw else None

    return Kind(parse, f"{kind.says}, or empty", kind.example)
