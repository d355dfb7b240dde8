"""Reading what somebody else wrote, of which any part may be of another form or missing."""

from __future__ import annotations

import datetime as dt
from typing import Any


def moment(of: dict[str, Any], otherwise: dt.datetime) -> dt.datetime:
    """When it happened; a moment that cannot be is the one at which it came."""
    said = of.get("timestamp")
    try:
        found = instant(int(said)) if isinstance(said, (str, int)) else None
    except ValueError:
        found = None
    return min(found, otherwise) if found else otherwise


def instant(seconds: int) -> dt.datetime | None:
    """A moment in seconds since 1970; None for one at which there was no WhatsApp."""
    if not 1_230_768_000 <= seconds < 32_503_680_000:  # 2009, when WhatsApp began, to 3000
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def record(of: dict[str, Any], name: str) -> dict[str, Any]:
    """What stands there; nothing where it is no record."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def records(of: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The records that stand there."""
    found = of.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def text(of: dict[str, Any], name: str) -> str:
    """A text, or a number as text; without NUL and half pairs, which no database keeps."""
    found = of.get(name)
    if isinstance(found, str):
        return found.replace("\0", "").encode("utf-8", "replace").decode()
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""
