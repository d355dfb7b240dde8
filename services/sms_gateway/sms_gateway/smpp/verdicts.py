"""What to do after an answer to submit_sm, by its status (SMPP 3.4, 5.1.3, and carriers' ways)."""

from __future__ import annotations

import enum

from .commands import Status


class Verdict(enum.Enum):
    """What follows from a status."""

    TAKEN = "taken"
    SLOW_DOWN = "slow_down"  # the same text again, and all of this connection slower
    AGAIN = "again"  # the same text again, some times
    BAD_SENDER = "bad_sender"
    BAD_NUMBER = "bad_number"
    REFUSED = "refused"  # as it is, it will never be taken


_VERDICTS = {
    Status.OK: Verdict.TAKEN,
    Status.THROTTLED: Verdict.SLOW_DOWN,
    Status.QUEUE_FULL: Verdict.SLOW_DOWN,
    Status.SYSTEM_ERROR: Verdict.AGAIN,
    Status.SUBMIT_FAILED: Verdict.AGAIN,
    Status.INVALID_SOURCE_ADDRESS: Verdict.BAD_SENDER,
    Status.INVALID_SOURCE_TON: Verdict.BAD_SENDER,
    Status.INVALID_SOURCE_NPI: Verdict.BAD_SENDER,
    Status.INVALID_DESTINATION_ADDRESS: Verdict.BAD_NUMBER,
    Status.INVALID_DESTINATION_TON: Verdict.BAD_NUMBER,
    Status.INVALID_DESTINATION_NPI: Verdict.BAD_NUMBER,
}
_SENTENCES = {
    Verdict.SLOW_DOWN: "The carrier takes no more at the moment",
    Verdict.AGAIN: "The carrier has a fault",
    Verdict.BAD_SENDER: "The carrier does not allow this sender",
    Verdict.BAD_NUMBER: "The carrier knows no such number",
    Verdict.REFUSED: "The carrier refused it",
}
# Who signs in wrongly again and again is locked out: these stop a connection until a person acts.
REFUSED_SIGN_IN = frozenset(
    {
        Status.BIND_FAILED,
        Status.INVALID_PASSWORD,
        Status.INVALID_SYSTEM_ID,
        Status.INVALID_SYSTEM_TYPE,
    }
)


def of(status: int) -> Verdict:
    """What to do. What nobody has said anything of is final: a carrier's own code is no reason to
    send, and pay for, the same text again."""
    return _VERDICTS.get(_status(status), Verdict.REFUSED)


def sentence(status: int) -> str:
    """For a person: what it means, and the carrier's code."""
    return f"{_SENTENCES.get(of(status), 'The carrier took it')} (SMPP 0x{status:02X})"


def _status(number: int) -> Status:
    try:
        return Status(number)
    except ValueError:
        return Status.UNKNOWN_ERROR
