"""The references by which people name trips: `TRP-2026-0001`."""

from __future__ import annotations

import re

from fairlead.errors import NotFound

PREFIX = "TRP"
_REFERENCE = re.compile(r"[A-Z]{2,8}-\d{4}-\d{4,12}", re.ASCII)


def reference(year: int, number: int) -> str:
    """The reference of the `number`th trip made in `year`; past 9999 it only gets longer."""
    return f"{PREFIX}-{year}-{number:04d}"


def normal(written: str) -> str:
    """A reference as it is kept, from one that a person wrote; raises NotFound for what is none."""
    found = written.strip().upper()
    if not _REFERENCE.fullmatch(found):
        raise not_found()
    return found


def not_found() -> NotFound:
    """The error for a trip that is not there, or another organisation's."""
    return NotFound("itineraries.not_found", "There is no such itinerary")
