"""Business hours: breaks, nights and holidays, on days that have 23 or 25 hours as well."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.business_hours import Hours, Span

LISBON = ZoneInfo("Europe/Lisbon")
ZONES = [
    *("Europe/Lisbon", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("America/New_York", "Africa/Casablanca", "Pacific/Apia", "UTC"),
]
MINUTE = dt.timedelta(minutes=1)
HOUR = 3600.0


def at(text: str, zone: ZoneInfo = LISBON) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def span(text: str) -> Span:
    opens, closes = (dt.time.fromisoformat(each) for each in text.split("-"))
    return Span(opens, closes)


def each_day(*spans: str, zone: ZoneInfo = LISBON, **more: object) -> Hours:
    week = {day: tuple(span(each) for each in spans) for day in range(7)}
    return Hours(zone, week, **more)  # type: ignore[arg-type]


def test_a_break_is_closed() -> None:
    hours = each_day("09:00-12:30", "14:00-18:00")
    assert [hours.open_at(at(f"2026-03-04T{time}")) for time in (
        "08:59", "09:00", "12:29", "12:30", "13:59", "14:00", "17:59", "18:00",
    )] == [False, True, True, False, False, True, True, False]  # fmt: skip
    assert hours.business_seconds(at("2026-03-04T00:00"), at("2026-03-05T00:00")) == 7.5 * HOUR
    assert hours.next_opening(at("2026-03-04T12:30")) == at("2026-03-04T14:00")
    assert hours.next_opening(at("2026-03-04T18:00")) == at("2026-03-05T09:00")
    assert hours.next_opening(at("2026-03-04T10:00")) == at("2026-03-04T10:00")
    assert hours.after(at("2026-03-04T12:00"), HOUR) == at("2026-03-04T14:30")


def test_a_night_belongs_to_the_day_it_opens() -> None:
    hours = Hours(LISBON, {4: (span("20:00-02:00"),)}, {dt.date(2026, 3, 7): ()})
    assert hours.open_at(at("2026-03-06T23:59"))
    assert hours.open_at(at("2026-03-07T01:59"))  # the Saturday is a holiday
    assert not hours.open_at(at("2026-03-07T02:00"))
    assert not hours.open_at(at("2026-03-06T01:00"))
    assert hours.business_seconds(at("2026-03-01T00:00"), at("2026-03-08T00:00")) == 6 * HOUR


def test_holidays_by_date_and_yearly() -> None:
    hours = each_day(
        "09:00-17:00",
        days={dt.date(2026, 12, 24): (span("09:00-12:00"),)},
        yearly={(12, 25): (), (12, 24): ()},
    )
    assert hours.open_at(at("2026-12-24T11:00"))  # the date says more than the year's day
    assert not hours.open_at(at("2027-12-24T11:00"))
    assert hours.next_opening(at("2026-12-24T12:00")) == at("2026-12-26T09:00")
    assert not hours.open_at(at("2031-12-25T10:00"))


@pytest.mark.parametrize(
    ("day", "spans", "hours"),
    [
        ("2026-03-29", ["00:00-08:00"], 7),  # 01:00 becomes 02:00
        ("2026-10-25", ["00:00-08:00"], 9),  # 02:00 becomes 01:00
        ("2026-03-29", ["09:00-17:00"], 8),
        ("2026-03-29", ["01:30-03:00"], 0.5),  # 01:30 is not: it means 02:30
        ("2026-03-29", ["01:30-02:15"], 0),  # closed before it opens
        ("2026-10-25", ["01:30-02:00"], 1.5),  # 01:30 is twice: the first
        ("2026-10-25", ["00:30-01:30"], 1),
        ("2026-10-24", ["22:00-01:30"], 3.5),
        ("2026-03-29", ["00:00-00:00"], 23),
        ("2026-10-25", ["00:00-00:00"], 25),
    ],
)
def test_days_that_are_shorter_or_longer(day: str, spans: list[str], hours: float) -> None:
    date = dt.date.fromisoformat(day)
    made = Hours(LISBON, {}, {date: tuple(span(each) for each in spans)})
    start = at(f"{day}T00:00") - dt.timedelta(days=1)
    assert made.business_seconds(start, start + dt.timedelta(days=4)) == hours * HOUR


def test_never_open_is_never() -> None:
    for never in (Hours(LISBON, {}), each_day("09:00-17:00", yearly=_every_day())):
        now = at("2026-03-04T10:00")
        assert never.next_opening(now) is None
        assert never.after(now, 1) is None
        assert never.after(now, 0) == now
        assert never.business_seconds(now, now + dt.timedelta(days=90)) == 0


def _every_day() -> dict[tuple[int, int], tuple[Span, ...]]:
    first = dt.date(2024, 1, 1)
    days = (first + dt.timedelta(days=number) for number in range(366))
    return {(day.month, day.day): () for day in days}


times = st.integers(0, 95).map(lambda quarter: dt.time(quarter // 4, quarter % 4 * 15))
spans = st.lists(st.builds(Span, times, times), max_size=3).map(tuple)
dates = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
hours_ = st.builds(
    Hours,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    week=st.dictionaries(st.integers(0, 6), spans, max_size=7),
    days=st.dictionaries(dates, spans, max_size=4),
    yearly=st.dictionaries(dates.map(lambda day: (day.month, day.day)), spans, max_size=4),
)
# Around the days on which clocks change, and any other.
around = st.sampled_from(
    ["2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04", "2026-03-08", "2026-11-01",
     "2026-02-15", "2026-07-01"]
).flatmap(
    lambda day: st.integers(-3 * 1440, 3 * 1440).map(
        lambda minutes: dt.datetime.fromisoformat(f"{day}T00:00:00+00:00") + minutes * MINUTE
    )
)  # fmt: skip


def by_the_clock(hours: Hours, instant: dt.datetime) -> bool:
    """Whether it is open by what a clock on the wall shows, on days on which none is changed."""
    local = instant.astimezone(hours.zone).replace(tzinfo=None)
    for day in (local.date() - dt.timedelta(days=1), local.date()):
        found = hours.days.get(day, hours.yearly.get((day.month, day.day)))
        for each in hours.week.get(day.weekday(), ()) if found is None else found:
            closing = day + dt.timedelta(days=1) if each.closes <= each.opens else day
            opens = dt.datetime.combine(day, each.opens)
            if opens <= local < dt.datetime.combine(closing, each.closes):
                return True
    return False


@given(hours_, around)
def test_it_is_open_when_the_clock_says_so(hours: Hours, instant: dt.datetime) -> None:
    two_days = dt.timedelta(days=2)
    offsets = {
        (instant + step).astimezone(hours.zone).utcoffset() for step in (-two_days, two_days)
    }
    if len(offsets) == 1:
        assert hours.open_at(instant) == by_the_clock(hours, instant)


@given(hours_, around, st.integers(0, 2880))
def test_business_seconds_are_the_open_minutes(
    hours: Hours, start: dt.datetime, minutes: int
) -> None:
    """Every time here is on a minute, so minute for minute is exact, whatever the clocks do."""
    minutes //= 4
    opened = sum(hours.open_at(start + number * MINUTE) for number in range(minutes))
    assert hours.business_seconds(start, start + minutes * MINUTE) == opened * 60


@given(hours_, st.lists(around, min_size=3, max_size=3).map(sorted))
def test_business_time_adds_up(hours: Hours, moments: list[dt.datetime]) -> None:
    a, b, c = moments
    whole = hours.business_seconds(a, c)
    assert whole == hours.business_seconds(a, b) + hours.business_seconds(b, c)
    assert 0 <= whole <= (c - a).total_seconds()
    assert hours.business_seconds(c, a) == 0


@given(hours_, around)
def test_the_next_opening_is_the_first(hours: Hours, instant: dt.datetime) -> None:
    opening = hours.next_opening(instant)
    if opening is None:
        assert hours.business_seconds(instant, instant + dt.timedelta(days=900)) == 0
        return
    assert opening >= instant
    assert hours.open_at(opening)
    assert hours.business_seconds(instant, opening) == 0
    assert (opening == instant) == hours.open_at(instant)


@given(hours_, around, st.integers(0, 400_000))
def test_after_is_when_the_seconds_have_passed(
    hours: Hours, start: dt.datetime, seconds: int
) -> None:
    end = hours.after(start, seconds)
    if end is None:
        return
    assert hours.business_seconds(start, end) == seconds
    if seconds:
        assert hours.business_seconds(start, end - dt.timedelta(seconds=1)) < seconds


@given(st.lists(st.integers(0, 40 * 24 * 60), max_size=6), st.integers(0, 40 * 24 * 60))
@settings(max_examples=30)
def test_many_waits_are_counted_as_each_by_itself(begun: list[int], until: int) -> None:
    hours = each_day("09:00-12:30", "22:00-02:00")
    first = at("2026-03-01T00:00").astimezone(dt.UTC)
    starts = [first + minutes * MINUTE for minutes in begun]
    end = first + until * MINUTE
    together = hours.business_seconds_since(starts, end)
    assert together == {start: hours.business_seconds(start, end) for start in starts}
