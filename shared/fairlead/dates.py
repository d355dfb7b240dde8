"""Days, times and zones in words of a language."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_time, get_timezone_name
from babel.units import format_unit

_DAY = 24 * 60
# Day before month is what an international reader of plain English expects.
_PLAIN = {"en": "en_GB"}


@dataclass(frozen=True, slots=True)
class When:
    """A service's moment in words; `time`, `until` and `zone` are empty for a whole day."""

    date: str
    time: str = ""
    until: str = ""
    zone: str = ""


@lru_cache(maxsize=200)
def locale(language: str) -> Locale:
    """The locale of a BCP 47 tag, of its language alone where the region is not known, or
    English."""
    for tag in (_PLAIN.get(language, language).replace("-", "_"), language[:2]):
        try:
            return Locale.parse(_PLAIN.get(tag, tag))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en_GB")


def when(
    date: dt.date,
    time: dt.time | None,
    starts_at: dt.datetime,
    duration: int | None,
    zone: str,
    language: str,
) -> When:
    """When a service is, in its own zone, the zone named with its distance to UTC that day.

    With a `time` the moment `starts_at` counts, so that a local time that does not exist is shown
    moved on (architecture, "Meanings settled"). `duration` in minutes.
    """
    words = locale(language)
    if time is None:
        return When(date=day(date, language))
    try:
        local = starts_at.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return When(day(date, language), clock(time, language), "", zone)
    until = ""
    if duration and duration < _DAY:
        end = (starts_at + dt.timedelta(minutes=duration)).astimezone(ZoneInfo(zone))
        until = clock(end.time(), language)
    return When(
        date=day(local.date(), language),
        time=clock(local.time(), language),
        until=until,
        zone=_zone_name(local, zone, words),
    )


def day(date: dt.date, language: str) -> str:
    """As "Tuesday, 24 November 2026"."""
    return str(format_date(date, "full", locale=locale(language)))


def span(start: dt.date, end: dt.date, language: str) -> str:
    """As "24–28 Nov 2026"."""
    return str(format_interval(start, end, "yMMMd", locale=locale(language)))


def clock(time: dt.time, language: str) -> str:
    """As "09:30"."""
    return str(format_time(time, "short", locale=locale(language)))


def lasting(minutes: int, language: str) -> str:
    """As "1h 30m"."""
    days, rest = divmod(minutes, _DAY)
    hours, left = divmod(rest, 60)
    parts = [
        format_unit(count, unit, length="narrow", locale=locale(language))
        for count, unit in (
            (days, "duration-day"),
            (hours, "duration-hour"),
            (left, "duration-minute"),
        )
        if count
    ]
    return " ".join(parts)


def _zone_name(local: dt.datetime, zone: str, words: Locale) -> str:
    name = str(get_timezone_name(local, width="long", locale=words))
    if name.startswith("GMT"):  # the locale has no words for it; then the place says more
        name = "" if zone.startswith("Etc/") else zone.rpartition("/")[2].replace("_", " ")
    return ", ".join(part for part in (name, _offset(local.utcoffset())) if part)


def _offset(offset: dt.timedelta | None) -> str:
    minutes = round((offset or dt.timedelta()).total_seconds() / 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
