"""Days: ranges of them, and what is planned on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from contracts.itineraries import ConciergeDay, ConciergeService
from fairlead.errors import Invalid
from fairlead.local_time import check_day


def check_days(start: dt.date, end: dt.date, most: int) -> None:
    """Raises Invalid unless `start` to `end` are 1 to `most` days that the calendar can have."""
    problems = dict(day_problems(start, end))
    if not problems and (end - start).days >= most:
        problems["end"] = f"is {most} days or more after the start"
    if problems:
        raise Invalid.fields("itineraries.invalid", problems)


def day_problems(start: dt.date, end: dt.date) -> Iterator[tuple[str, str]]:
    """What is wrong with a range of days: field and reason."""
    yield from problem("start", check_day, start)
    yield from problem("end", check_day, end)
    if end < start:
        yield "end", "is before the start"


def problem(field: str, check: Callable[[Any], object], value: Any) -> Iterator[tuple[str, str]]:
    """The field and reason when `check` raises ValueError for the value; else nothing."""
    try:
        check(value)
    except ValueError as error:
        yield field, str(error)


def by_day(
    start: dt.date, end: dt.date, services: Sequence[ConciergeService]
) -> list[ConciergeDay]:
    """Each day from `start` to `end`, the empty ones too, with its services in the order given."""
    days: dict[dt.date, list[ConciergeService]] = {
        start + dt.timedelta(days=number): [] for number in range((end - start).days + 1)
    }
    for each in services:
        days[each.service.details.date].append(each)
    return [ConciergeDay(date=day, services=found) for day, found in days.items()]
