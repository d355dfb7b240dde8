"""What business hours must be before anything is reckoned with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from contracts.accounts import BusinessHours, OpenTime, Weekday

_DAY = 24 * 3600
_WEEK = 7 * _DAY
_NUMBERS = {day: number for number, day in enumerate(Weekday)}


def problems(hours: BusinessHours, field: str) -> Iterator[tuple[str, str]]:
    """The wrong fields below `field`, each with the reason."""
    if not hours.week:
        yield f"{field}.week", "has no hours: leave business hours out to be there always"
    spans = [_NUMBERS[each.day] * _DAY for each in hours.week]
    begun = [_span(each, start) for each, start in zip(hours.week, spans, strict=True)]
    yield from _overlaps(begun, f"{field}.week", around=_WEEK)
    seen: dict[object, int] = {}
    for place, holiday in enumerate(hours.holidays):
        date = holiday.date
        key: object = (date.month, date.day) if holiday.yearly else date
        if key in seen:
            yield f"{field}.holidays[{place}].date", f"is the day of holidays[{seen[key]}]"
        seen[key] = place
        yield from _overlaps(
            [_span(each, 0) for each in holiday.open], f"{field}.holidays[{place}].open", around=0
        )


def _span(time: OpenTime, start: float) -> tuple[float, float]:
    opens, closes = _seconds(time.opens), _seconds(time.closes)
    return start + opens, start + closes + (_DAY if closes <= opens else 0)


def _seconds(time: dt.time) -> float:
    return time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6


def _overlaps(
    spans: Sequence[tuple[float, float]], field: str, *, around: float
) -> Iterator[tuple[str, str]]:
    """Those that begin before an earlier one of the list, or one `around` the week, has ended."""
    for place, (opens, closes) in enumerate(spans):
        for other in range(place):
            first, last = spans[other]
            turns = (0, around, -around) if around else (0,)
            if any(opens < last + turn and first + turn < closes for turn in turns):
                yield f"{field}[{place}]", f"overlaps {field.rpartition('.')[2]}[{other}]"
                break
