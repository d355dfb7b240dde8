"""Delivery receipts: what a message centre says of a text that it took (SMPP 3.4, appendix B).

They come as messages whose esm_class says so. What optional parameters say wins over the text,
whose form is a custom and not a rule: names in either case, blanks after the colon, fields left
out, dates in three lengths, and at its end a piece of what was sent, which may look like fields.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..smpp.commands import Tag

_KIND = 0b0011_1100  # of esm_class, 5.2.12
_RECEIPT, _INTERMEDIATE = 0x04, 0x20


class State(enum.Enum):
    """What became of a text (5.2.28), as far as anything follows from it."""

    UNDER_WAY = "under_way"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # it may still become anything; the validity ends the waiting


# ACCEPTD is final by the letter of 5.2.28, and carriers say it when they have only taken the text.
_BY_WORD = {
    "SCHEDULED": State.UNDER_WAY,
    "ENROUTE": State.UNDER_WAY,
    "ACCEPTD": State.UNDER_WAY,
    "DELIVRD": State.DELIVERED,
    "EXPIRED": State.FAILED,
    "DELETED": State.FAILED,
    "UNDELIV": State.FAILED,
    "REJECTD": State.FAILED,
    "SKIPPED": State.FAILED,
    "UNKNOWN": State.UNKNOWN,
}
_WORDS = (
    "SCHEDULED",
    "ENROUTE",
    "DELIVRD",
    "EXPIRED",
    "DELETED",
    "UNDELIV",
    "ACCEPTD",
    "UNKNOWN",
    "REJECTD",
    "SKIPPED",
)
_REASONS = {
    "EXPIRED": "It could not be delivered in time",
    "DELETED": "The carrier deleted it",
    "UNDELIV": "It cannot be delivered to this number",
    "REJECTD": "The carrier rejected it",
    "SKIPPED": "The carrier left it out",
}
_FIELD = re.compile(
    r"\b(id|sub|dlvrd|submit date|done date|stat|err|text)[ \t]{0,8}:[ \t]{0,8}(\S{0,80})",
    re.IGNORECASE,
)
_LONGEST_TEXT = 2000  # characters that are looked at


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one receipt says.

    `message_id` is the message centre's word for the text, as it writes it; `word` is its own word
    for the state, and `error` the network's code, both kept as they came.
    """

    message_id: str
    state: State
    word: str
    error: str = ""

    @property
    def final(self) -> bool:
        """Whether the state stays as it is."""
        return self.state in (State.DELIVERED, State.FAILED)

    @property
    def reason(self) -> str | None:
        """A sentence for a person, where it failed."""
        if self.state is not State.FAILED:
            return None
        said = _REASONS.get(self.word, "It was not delivered")
        return f"{said} (error {self.error})" if self.error.strip("0") else said


def is_receipt(esm_class: int) -> bool:
    """Whether a message with this class is a receipt, and no text of a person."""
    return bool(esm_class & _KIND & (_RECEIPT | _INTERMEDIATE))


def read(text: str, tlvs: Mapping[int, bytes]) -> Receipt | None:
    """The receipt in `text` and optional parameters; None where neither names a message."""
    fields = _fields(text[:_LONGEST_TEXT])
    id = _c_string(tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"")) or fields.get("id", "")
    if not id:
        return None
    word = _state_word(tlvs) or fields.get("stat", "").upper()
    error = _network_error(tlvs) or fields.get("err", "")
    return Receipt(id, _BY_WORD.get(word, State.UNKNOWN), word, error)


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _FIELD.finditer(text):
        name = match[1].lower()
        if name == "text":  # what follows was written by a customer
            break
        found.setdefault(name, match[2])
    return found


def _state_word(tlvs: Mapping[int, bytes]) -> str:
    value = tlvs.get(Tag.MESSAGE_STATE, b"")
    if len(value) != 1:
        return ""
    return _WORDS[value[0]] if value[0] < len(_WORDS) else f"STATE {value[0]}"


def _network_error(tlvs: Mapping[int, bytes]) -> str:
    """Network type and code (5.3.2.31); some carriers send the text's digits instead."""
    value = tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    if len(value) != 3:
        return ""
    code = int.from_bytes(value[1:], "big")
    return f"{code:03d}" if code else ""


def _c_string(octets: bytes) -> str:
    return octets.partition(b"\0")[0].decode("latin-1").strip()
