"""When somebody is there: opening hours by the week, holidays, and the time between in business
seconds. Plain calculation on moments; nothing here knows whose hours they are.

A local time that does not exist moves forward by the gap; one that exists twice means the first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

HORIZON = 3660  # days that are looked through for an opening: ten years
_DAY = dt.timedelta(days=1)

Window = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """From `opens` (included) to `closes` (not). A `closes` that is not after `opens` is on the
    next day, so that equal times are 24 hours."""

    opens: dt.time
    closes: dt.time

    @property
    def past_midnight(self) -> bool:
        """Whether it closes on the day after it opened."""
        return self.closes <= self.opens


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in a zone.

    `week` has the spans of each weekday (0 is Monday), of which breaks are the gaps. `days` and
    `yearly` (by month and day) replace a day's spans; a holiday has none. A span belongs to the day
    on which it opens, also where it reaches into a holiday. Spans may overlap.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    days: Mapping[dt.date, tuple[Span, ...]] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], tuple[Span, ...]] = field(default_factory=dict)

    def open_at(self, instant: dt.datetime) -> bool:
        """Whether it is open at `instant`, an aware moment."""
        return any(opens <= instant < closes for opens, closes in self._near(instant))

    def next_opening(self, instant: dt.datetime) -> dt.datetime | None:
        """The first moment from `instant` on at which it is open, in UTC: `instant` itself when it
        is; None when there is none in ten years."""
        instant = instant.astimezone(dt.UTC)
        for opens, closes in self._windows(instant):
            if closes > instant:
                return max(opens, instant)
        return None

    def business_seconds(self, start: dt.datetime, end: dt.datetime) -> float:
        """How many seconds of `start` to `end` it is open; 0.0 where `end` is not after `start`."""
        total = dt.timedelta()
        for opens, closes in self._windows(start):
            if opens >= end:
                break
            total += max(min(closes, end) - max(opens, start), dt.timedelta())
        return total.total_seconds()

    def business_seconds_since(
        self, starts: Iterable[dt.datetime], end: dt.datetime
    ) -> dict[dt.datetime, float]:
        """`business_seconds` from each of these moments to `end`; all of it is looked through
        once, however many there are."""
        found: dict[dt.datetime, float] = {}
        total, until = 0.0, end
        for start in sorted({*starts}, reverse=True):
            total += self.business_seconds(start, until)
            found[start], until = total, min(start, until)
        return found

    def after(self, start: dt.datetime, seconds: float) -> dt.datetime | None:
        """The first moment, in UTC, by which `seconds` of business time have passed since `start`;
        None when they do not pass in ten years."""
        left, start = dt.timedelta(seconds=seconds), start.astimezone(dt.UTC)
        if left <= dt.timedelta():
            return start
        for opens, closes in self._windows(start):
            begin = max(opens, start)
            if closes - begin >= left:
                return begin + left
            left -= max(closes - begin, dt.timedelta())
        return None

    def _near(self, instant: dt.datetime) -> Iterator[Window]:
        """What may be open at `instant`: it opened on that day or on the one before."""
        today = instant.astimezone(self.zone).date()
        for day in (today - _DAY, today):
            yield from self._of_day(day)

    def _windows(self, instant: dt.datetime) -> Iterator[Window]:
        """The times it is open, in order and each once, from those around `instant` on."""
        day = instant.astimezone(self.zone).date() - 2 * _DAY
        waiting: Window | None = None
        for _ in range(HORIZON):
            # What opens on one day may close after the next day's first span has begun.
            for opens, closes in self._of_day(day):
                if waiting is None:
                    waiting = opens, closes
                elif opens <= waiting[1]:
                    waiting = waiting[0], max(waiting[1], closes)
                else:
                    yield waiting
                    waiting = opens, closes
            day += _DAY
        if waiting is not None:
            yield waiting

    def _of_day(self, day: dt.date) -> list[Window]:
        spans = self.days.get(day)
        if spans is None:
            spans = self.yearly.get((day.month, day.day))
        if spans is None:
            spans = self.week.get(day.weekday(), ())
        found = [
            (
                self._moment(day, span.opens),
                self._moment(day + _DAY if span.past_midnight else day, span.closes),
            )
            for span in spans
        ]
        return sorted((opens, closes) for opens, closes in found if closes > opens)

    def _moment(self, day: dt.date, time: dt.time) -> dt.datetime:
        return dt.datetime.combine(day, time, self.zone).astimezone(dt.UTC)
