"""What a callback says: how a text fares, or what somebody wrote.

Fields that nobody knows are no fault, and neither are statuses: carriers add both.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from uuid import UUID

from ..domain.progress import PartState
from . import errors
from .signature import FORM, fields_of

TEXT_PARAMETER = "text"  # of the address that a text's statuses are brought to: its id


class Unreadable(ValueError):
    """Neither a status nor a text."""


class OptOut(enum.Enum):
    """What the carrier itself made of a word (its OptOutType)."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """How the carrier's text `id` to `number` fares. `state` is None for what nothing follows from
    but that the carrier has it."""

    id: str
    number: str
    word: str
    state: PartState | None
    code: str
    reason: str | None

    @property
    def key(self) -> str:
        """The same for the same once more."""
        return f"{self.id} {self.word} {self.code}"


@dataclass(frozen=True, slots=True)
class Written:
    """A text of a person. `id` is the carrier's; `media` counts its pictures."""

    id: str
    source: str
    destination: str
    text: str
    media: int = 0
    opt_out: OptOut | None = None

    @property
    def number(self) -> str:
        """Whose phone it is about."""
        return self.source

    @property
    def key(self) -> str:
        """The same for the same once more."""
        return f"{self.id} written"


_STATES = {
    "sent": PartState.SENT,
    "delivered": PartState.DELIVERED,
    "read": PartState.DELIVERED,
    "undelivered": PartState.FAILED,
    "failed": PartState.FAILED,
    "canceled": PartState.FAILED,
}
_ON_ITS_WAY_HERE = frozenset({"received", "receiving"})


def read(content_type: str, body: bytes) -> StatusCallback | Written:
    """What a genuine callback says. Raises Unreadable."""
    fields = _fields(content_type, body)
    id = fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid") or ""
    if not id or len(id) > 70:
        raise Unreadable("it names no text")
    word = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    if word and word not in _ON_ITS_WAY_HERE:
        code = fields.get("ErrorCode", "")[:20]
        code = "" if code == "0" else code
        state = _STATES.get(word)
        reason = errors.sentence(code) if state is PartState.FAILED else None
        number = fields.get("To", "")[:70]
        return StatusCallback(id, number, word[:40], state, code, reason)
    source = fields.get("From", "")
    if not source or "Body" not in fields:
        raise Unreadable("it has neither a status nor a text")
    return Written(
        id=id,
        source=source[:70],
        destination=fields.get("To", "")[:70],
        text=fields["Body"],
        media=_count(fields.get("NumMedia", "")),
        opt_out=_opt_out(fields.get("OptOutType", "")),
    )


def text_of(query: str) -> UUID | None:
    """The text whose statuses an address with this query was made for."""
    name, _, value = query.partition("=")
    if name != TEXT_PARAMETER:
        return None
    try:
        return UUID(value.partition("&")[0])
    except ValueError:
        return None


def _fields(content_type: str, body: bytes) -> dict[str, str]:
    try:
        if content_type == FORM:
            return {name: values[0] for name, values in fields_of(body).items()}
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise Unreadable("it has no fields")
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)}


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _opt_out(word: str) -> OptOut | None:
    try:
        return OptOut(word.upper())
    except ValueError:
        return None
