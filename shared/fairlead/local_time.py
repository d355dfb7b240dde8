"""The moment that a local date and time in a zone stands for.

A local time that does not exist, because clocks were put forward over it, moves forward by the
gap; one that exists twice means the first. Both are PEP 495's reading of fold=0.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from .kinds import zone

# Between these every zone's moments are moments in UTC, and no calendar surprises.
FIRST_YEAR, LAST_YEAR = 1970, 2199

_ZONE = zone()


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """The zone of the IANA database with this name; raises ValueError."""
    return _ZONE.parse(name)


def moment(day: dt.date, time: dt.time | None, zone_name: str) -> dt.datetime:
    """`day` at `time` (local; None: midnight) in the zone, in UTC.

    Raises ValueError for an unknown zone, a time that has a zone of its own, or a year outside
    1970 to 2199.
    """
    check_day(day)
    if time is not None and time.tzinfo is not None:
        raise ValueError("is local to its place and has no offset of its own")
    local = dt.datetime.combine(day, time or dt.time(), tzinfo=find_zone(zone_name))
    return local.replace(fold=0).astimezone(dt.UTC)


def ended(day: dt.date, zone_name: str) -> dt.datetime:
    """When `day` is over in the zone, in UTC: the moment at which the next one begins.

    Raises ValueError as `moment` does.
    """
    check_day(day)
    local = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), find_zone(zone_name))
    return local.astimezone(dt.UTC)


def check_day(day: dt.date) -> dt.date:
    """`day` when its year is from 1970 to 2199; raises ValueError."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"is outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def today(now: dt.datetime, zone_name: str) -> dt.date:
    """The day that it is in the zone at `now`."""
    return now.astimezone(find_zone(zone_name)).date()
