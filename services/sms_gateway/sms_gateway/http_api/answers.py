"""What an answer to a submitted text means, and what follows from it."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from typing import Any

from . import errors


class Verdict(enum.Enum):
    """What follows from an answer."""

    TAKEN = "taken"
    SLOW_DOWN = "slow_down"  # the same text again, and all of this connection slower
    AGAIN = "again"  # the same text again, some times
    DOUBTFUL = "doubtful"  # it may have been taken
    SHUT_OUT = "shut_out"  # nothing leaves until a person changes the connection
    REFUSED = "refused"  # as it is, it will never be taken


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: `id` is what the carrier calls the text, `segments` in how many it cut it."""

    verdict: Verdict
    id: str = ""
    reason: str = ""
    segments: int | None = None
    bad_number: bool = False


def read(status: int, body: bytes) -> Answered:
    """What the answer to `POST .../Messages.json` means."""
    said = _object(body)
    if 200 <= status < 300:
        return _taken(said)
    code, words = _text(said.get("code")), _text(said.get("message"))
    reason = errors.sentence(code, words) if code else f"The carrier answered HTTP {status}"
    if code in errors.SLOW_DOWN or status == 429:
        return Answered(Verdict.SLOW_DOWN, reason=reason)
    if code in errors.SIGN_IN_REFUSED or status == 401 or (status == 403 and not code):
        return Answered(Verdict.SHUT_OUT, reason=reason)
    if status == 503 or 300 <= status < 400:
        return Answered(Verdict.AGAIN, reason=reason)
    if status >= 500:
        # Something behind the one that answers may have taken it before it failed.
        return Answered(Verdict.DOUBTFUL, reason=reason)
    return Answered(Verdict.REFUSED, reason=reason, bad_number=code in errors.BAD_NUMBERS)


def _taken(said: dict[str, Any]) -> Answered:
    id = _text(said.get("sid"))
    if not id or len(id) > 70:
        return Answered(Verdict.DOUBTFUL, reason="The carrier's answer cannot be understood")
    code = _text(said.get("error_code"))
    if _text(said.get("status")).lower() in ("failed", "undelivered"):
        reason = errors.sentence(code, _text(said.get("error_message")))
        return Answered(Verdict.REFUSED, id, reason, bad_number=code in errors.BAD_NUMBERS)
    counted = _text(said.get("num_segments"))
    # 0 is said where a pool's sender is not chosen yet.
    segments = int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 4 else 0
    return Answered(Verdict.TAKEN, id, segments=segments or None)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
