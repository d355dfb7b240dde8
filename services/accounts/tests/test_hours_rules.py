"""Which business hours are good."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.hours import problems
from accounts.domain.settings import check
from contracts.accounts import (
    Branding,
    BusinessHours,
    Holiday,
    OpenTime,
    Settings,
    Weekday,
    WeeklyTime,
)
from fairlead.errors import Invalid

DAYS = list(Weekday)


def weekly(day: Weekday, text: str) -> WeeklyTime:
    opens, closes = (dt.time.fromisoformat(each) for each in text.split("-"))
    return WeeklyTime(day=day, opens=opens, closes=closes)


def named(hours: BusinessHours) -> list[str]:
    return [field for field, _ in problems(hours, "settings.hours")]


def test_breaks_nights_and_holidays_are_good() -> None:
    hours = BusinessHours(
        week=[
            weekly(Weekday.MONDAY, "09:00-12:00"), weekly(Weekday.MONDAY, "13:00-18:00"),
            weekly(Weekday.SUNDAY, "20:00-09:00"), weekly(Weekday.FRIDAY, "18:00-02:00"),
            weekly(Weekday.SATURDAY, "02:00-00:00"),
        ],
        holidays=[
            Holiday(date=dt.date(2026, 12, 25), yearly=True),
            Holiday(date=dt.date(2026, 12, 25), open=[
                OpenTime(opens=dt.time(9), closes=dt.time(12)),
                OpenTime(opens=dt.time(14), closes=dt.time(0)),
            ]),
        ],
    )  # fmt: skip
    assert named(hours) == []
    made = hours.within("Europe/Lisbon")
    assert made.open_at(dt.datetime(2026, 12, 25, 10, tzinfo=dt.UTC))
    assert not made.open_at(dt.datetime(2027, 12, 25, 10, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        ([], ["settings.hours.week"]),
        ([("monday", "09:00-12:00"), ("monday", "11:59-13:00")], ["settings.hours.week[1]"]),
        ([("monday", "00:00-00:00"), ("monday", "23:00-23:30")], ["settings.hours.week[1]"]),
        ([("monday", "20:00-03:00"), ("tuesday", "02:00-04:00")], ["settings.hours.week[1]"]),
        ([("monday", "02:00-04:00"), ("sunday", "20:00-03:00")], ["settings.hours.week[1]"]),
        ([("monday", "09:00-09:00"), ("tuesday", "08:00-10:00")], ["settings.hours.week[1]"]),
    ],
)
def test_overlapping_times_are_named(times: list[tuple[str, str]], wrong: list[str]) -> None:
    hours = BusinessHours(week=[weekly(Weekday(day), text) for day, text in times])
    assert named(hours) == wrong


def test_a_holiday_stands_there_once() -> None:
    week = [weekly(Weekday.MONDAY, "09:00-12:00")]
    day = dt.date(2026, 5, 1)
    holidays = [
        Holiday(date=day, yearly=True), Holiday(date=day),
        Holiday(date=day.replace(year=2027), yearly=True),
        Holiday(date=day.replace(day=2), name="a\nb", open=[
            OpenTime(opens=dt.time(9), closes=dt.time(12)),
            OpenTime(opens=dt.time(11), closes=dt.time(13)),
        ]),
    ]  # fmt: skip
    settings = Settings(
        zone="Europe/Lisbon", language="en", currency="EUR", branding=Branding(name="Mar"),
        hours=BusinessHours(week=week, holidays=holidays),
    )  # fmt: skip
    with pytest.raises(Invalid) as caught:
        check(settings)
    assert [error["field"] for error in caught.value.details["errors"]] == [
        "settings.hours.holidays[2].date", "settings.hours.holidays[3].open[1]",
        "settings.hours.holidays[3].name",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens": "09:00:00Z", "closes": "10:00:00"},
        {"opens": "9", "closes": "10:00:00"},
        {"opens": "25:00:00", "closes": "10:00:00"},
        {"opens": "09:00:00"},
    ],
)
def test_what_is_no_local_time_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"week": [{"day": "monday", **wrong}]}, BusinessHours)


quarters = st.integers(0, 95).map(lambda each: dt.time(each // 4, each % 4 * 15))
weeks = st.lists(
    st.builds(WeeklyTime, day=st.sampled_from(DAYS), opens=quarters, closes=quarters),
    min_size=1, max_size=6,
)  # fmt: skip


@given(weeks)
def test_what_passes_is_open_as_long_as_it_says(week: list[WeeklyTime]) -> None:
    """Were two spans to overlap, the whole would be less than their sum."""
    hours = BusinessHours(week=week)
    start = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    told = sum(
        ((each.closes.hour * 60 + each.closes.minute)
         - (each.opens.hour * 60 + each.opens.minute)) % 1440 or 1440
        for each in week
    )  # fmt: skip
    end = start + dt.timedelta(weeks=1)
    whole = hours.within("UTC").business_seconds(start, end)
    assert (named(hours) == []) == (whole == told * 60)
