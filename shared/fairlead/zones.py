"""The names of time zones in the IANA database."""

from __future__ import annotations

import functools
import zoneinfo


@functools.cache
def names() -> frozenset[str]:
    """All that are known; `ZoneInfo` alone would also take files beside them (`posixrules`)."""
    return frozenset(zoneinfo.available_timezones() - {"localtime"})  # whatever this machine has
