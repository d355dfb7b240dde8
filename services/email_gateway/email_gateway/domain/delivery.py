"""Handing one copy of a mail to a server: the envelope, and what can come of it."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_ADDRESS = re.compile(r"[\x21-\x3b\x3d\x3f-\x7e]{1,64}@[A-Za-z0-9.\[\]:-]{1,253}")
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?= |$)", re.ASCII)
_NO_XTEXT = re.compile(r"[^\x21-\x2a\x2c-\x3c\x3e-\x7e]")

Report = Literal["SUCCESS", "FAILURE", "DELAY"]


class Phase(enum.StrEnum):
    """How far a connection or a transaction came; the values name the steps of a test."""

    QUEUE = "queue"
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    AUTH = "auth"
    MAIL = "mail-from"
    RCPT = "rcpt-to"
    DATA = "data"
    BODY = "body"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the mail over; `answer` is its word, often with a queue id."""

    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take this mail: reply `code`, enhanced `status` (RFC 3463)."""

    phase: Phase
    code: int
    status: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """The server does not take this mail now."""

    phase: Phase
    code: int
    status: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The server cannot have taken the mail, which may be sent again at any time.

    `code` is set where the server answered (a refused sign-in, say), `retry_after` in seconds
    where our own limits stood in the way.
    """

    phase: Phase
    text: str
    code: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The connection broke after the end of the mail was sent and before the answer came."""

    text: str


Outcome = Accepted | Refused | Deferred | Unreachable | Uncertain


def judge(phase: Phase, code: int, text: str) -> Accepted | Refused | Deferred | None:
    """What a reply means; None where it is none that may come in this phase."""
    found = _STATUS.match(text)
    status = found[1] if found else None
    if 400 <= code < 500:
        return Deferred(phase, code, status, text)
    if 500 <= code < 600:
        return Refused(phase, code, status, text)
    if 200 <= code < 300 and phase is Phase.ANSWER:
        return Accepted(text)
    return None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One copy of a mail: `sender` may be empty (a null sender), there is one `recipient`.

    One, because a bounce names its transaction only: VERP and ENVID then name the recipient.
    `id` comes back in reports as Original-Envelope-Id (RFC 3461 4.4). Raises ValueError.
    """

    sender: str
    recipient: str
    id: str | None = None
    notify: Sequence[Report] = ("FAILURE", "DELAY")

    def __post_init__(self) -> None:
        if self.sender and not _ADDRESS.fullmatch(self.sender):
            raise ValueError("sender: must be an address in ASCII or empty")
        if not _ADDRESS.fullmatch(self.recipient):
            raise ValueError("recipient: must be an address in ASCII")
        if self.id is not None and not 0 < len(xtext(self.id)) <= 100:
            raise ValueError("id: must have 1 to 100 characters")

    def mail_command(self, size: int, extensions: frozenset[str]) -> str:
        """MAIL for a mail of `size` bytes, with what the server's extensions allow."""
        command = f"MAIL FROM:<{self.sender}>"
        if "size" in extensions:
            command += f" SIZE={size}"
        if "dsn" in extensions:
            command += " RET=HDRS" + (f" ENVID={xtext(self.id)}" if self.id is not None else "")
        return command

    def rcpt_command(self, extensions: frozenset[str]) -> str:
        """RCPT; reports are asked for where the server knows how (RFC 3461)."""
        command = f"RCPT TO:<{self.recipient}>"
        if "dsn" in extensions:
            reports = ",".join(self.notify) or "NEVER"
            command += f" NOTIFY={reports} ORCPT=rfc822;{xtext(self.recipient)}"
        return command


def xtext(value: str) -> str:
    """The encoding of ENVID and ORCPT (RFC 3461 section 4). Raises ValueError if not ASCII."""
    if not value.isascii():
        raise ValueError("id: must be ASCII")
    return _NO_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", value)
