"""Business hours, as an organisation settles them."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from fairlead.business_hours import Hours, Span
from fairlead.contract import Message

from ..common import Channel, Line

LocalTime = Annotated[dt.time, Meta(tz=False)]


class Weekday(enum.Enum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class OpenTime(Message):
    """Open from `opens` to `closes`, local time; on the next day where that is not later.

    A break is the time between two of a day. Equal times are 24 hours.
    """

    opens: LocalTime
    closes: LocalTime


class WeeklyTime(OpenTime):
    """The same each week. It belongs to the `day` on which it opens."""

    day: Weekday


class Holiday(Message):
    """A day with hours of its own, mostly none; each year on this day if it is `yearly`."""

    date: dt.date
    name: Line = ""
    yearly: bool = False
    open: Annotated[list[OpenTime], Meta(max_length=10)] = []


class BusinessHours(Message):
    """When somebody is there, in the organisation's zone."""

    week: Annotated[list[WeeklyTime], Meta(max_length=70)]
    holidays: Annotated[list[Holiday], Meta(max_length=400)] = []

    def within(self, zone: str) -> Hours:
        """The hours as they are calculated with, in the zone of this name."""
        week: dict[int, tuple[Span, ...]] = {}
        numbers = {day: number for number, day in enumerate(Weekday)}
        for each in self.week:
            number = numbers[each.day]
            week[number] = (*week.get(number, ()), Span(each.opens, each.closes))
        days, yearly = {}, {}
        for holiday in self.holidays:
            spans = tuple(Span(each.opens, each.closes) for each in holiday.open)
            if holiday.yearly:
                yearly[holiday.date.month, holiday.date.day] = spans
            else:
                days[holiday.date] = spans
        return Hours(ZoneInfo(zone), week, days, yearly)


class QuietHours(Message):
    """When no marketing goes to whom it would wake, in the recipient's zone: from `begins` to
    `ends`, on the next day where that is not later.

    `channels` are those that ring. The default is the strictest rule of the United States (9 to 20
    o'clock in Connecticut), which fits those of Europe.
    """

    begins: LocalTime = dt.time(20)
    ends: LocalTime = dt.time(9)
    channels: Annotated[list[Channel], Meta(max_length=3)] = field(
        default_factory=lambda: [Channel.SMS, Channel.WHATSAPP]
    )
