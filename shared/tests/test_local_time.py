"""Local dates and times become the right moments, where clocks jump and calendars skip too.

The oracle goes the other way round: it turns moments into local times, and looks for the moment
whose local time is the one asked for.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.local_time import check_day, ended, find_zone, moment, today

UTC = dt.UTC
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
# Half an hour of summer time; a day that never was; summer time that pauses for Ramadan; negative
# summer time; a quarter of an hour off the hour; a jump of 24 h the other way; the plain ones.
ODD = [
    "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Europe/Dublin", "Asia/Kathmandu",
    "Pacific/Kwajalein", "Asia/Tehran", "America/Sao_Paulo", "America/New_York", "Europe/Madrid",
]  # fmt: skip

zones = st.sampled_from(ODD) | st.sampled_from(ZONES)
days = st.dates(dt.date(1970, 1, 3), dt.date(2199, 12, 28))
times = st.none() | st.times()


def shown(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The clock on the wall at a moment."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def moments_of(local: dt.datetime, zone: ZoneInfo) -> list[dt.datetime]:
    """Every moment at which the clock on the wall shows `local`, the earliest first."""
    about = local.replace(tzinfo=UTC)
    offsets = {
        (about + dt.timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(-49, 50)
    }
    candidates = sorted({about - offset for offset in offsets if offset is not None})
    return [at for at in candidates if shown(at, zone) == local]


def transition_before(at: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, dt.timedelta]:
    """The last change of the offset at or before `at`, within two days, and by how much."""
    low, high = at - dt.timedelta(days=2), at
    offset = high.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(microseconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            high = middle
        else:
            low = middle
    before, after = low.astimezone(zone).utcoffset(), high.astimezone(zone).utcoffset()
    assert before is not None
    assert after is not None
    return high, after - before


def check(day: dt.date, time: dt.time | None, name: str) -> None:
    zone = ZoneInfo(name)
    local = dt.datetime.combine(day, time or dt.time()).replace(fold=0)
    found = moment(day, time, name)
    assert found.tzinfo is UTC
    exist = moments_of(local, zone)
    if exist:
        assert found == exist[0]
        return
    # The clock jumped over it: what it shows is later by just the gap.
    at, gap = transition_before(found, zone)
    assert gap > dt.timedelta()
    assert shown(found, zone) - local == gap
    assert dt.timedelta() <= found - at < gap


@given(days, times, zones)
def test_a_local_time_is_its_first_moment_or_moved_by_the_gap(
    day: dt.date, time: dt.time | None, name: str
) -> None:
    check(day, time, name)


@given(st.sampled_from(ODD), st.integers(1971, 2040), st.data())
def test_about_each_change_of_the_clock(name: str, year: int, data: st.DataObject) -> None:
    zone = ZoneInfo(name)
    start = dt.datetime(year, 1, 1, tzinfo=UTC)
    offsets = [(start + dt.timedelta(days=n)).astimezone(zone).utcoffset() for n in range(367)]
    jumps = [n for n in range(366) if offsets[n] != offsets[n + 1]]
    if not jumps:
        return
    about = start + dt.timedelta(days=data.draw(st.sampled_from(jumps)))
    at, _ = transition_before(about + dt.timedelta(days=1), zone)
    near = data.draw(st.integers(-26 * 3600, 26 * 3600))
    for side in (at - dt.timedelta(microseconds=1), at):
        local = shown(side, zone) + dt.timedelta(seconds=near // 12)
        check(local.date(), local.time(), name)


@pytest.mark.parametrize(
    ("day", "time", "zone", "utc"),
    [
        # forward by the gap
        ("2026-03-29", "02:30", "Europe/Madrid", "2026-03-29T01:30"),
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),
        ("2011-12-30", "10:00", "Pacific/Apia", "2011-12-30T20:00"),
        ("2011-12-30", None, "Pacific/Apia", "2011-12-30T10:00"),
        ("2026-03-22", "02:30", "Africa/Casablanca", "2026-03-22T02:30"),
        ("2018-11-04", None, "America/Sao_Paulo", "2018-11-04T03:00"),
        # the first of two
        ("2026-10-25", "02:30", "Europe/Madrid", "2026-10-25T00:30"),
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),
        ("2026-02-15", "02:30", "Africa/Casablanca", "2026-02-15T01:30"),
        # plain ones, and a whole day
        ("2026-07-01", "09:00", "Asia/Kathmandu", "2026-07-01T03:15"),
        ("2026-07-01", None, "Europe/Madrid", "2026-06-30T22:00"),
        ("2026-07-01", "23:59:59", "UTC", "2026-07-01T23:59:59"),
    ],
)
def test_known_days(day: str, time: str | None, zone: str, utc: str) -> None:
    found = moment(dt.date.fromisoformat(day), dt.time.fromisoformat(time) if time else None, zone)
    assert found == dt.datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_apias_lost_day_shows_as_the_next() -> None:
    found = moment(dt.date(2011, 12, 30), dt.time(10), "Pacific/Apia")
    assert shown(found, ZoneInfo("Pacific/Apia")) == dt.datetime(2011, 12, 31, 10)  # noqa: DTZ001


def test_the_second_of_two_is_not_meant_even_when_it_is_said() -> None:
    day, zone = dt.date(2026, 10, 25), "Europe/Madrid"
    assert moment(day, dt.time(2, 30, fold=1), zone) == moment(day, dt.time(2, 30), zone)


@pytest.mark.parametrize(
    "zone", ["", "Nowhere", "Europe", "../etc/passwd", "Europe/Madrid\0", "europe/madri"]
)
def test_unknown_zones(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        find_zone(zone)


def test_a_time_with_an_offset_is_not_local() -> None:
    with pytest.raises(ValueError, match="no offset"):
        moment(dt.date(2026, 1, 1), dt.time(9, tzinfo=UTC), "Europe/Madrid")


@pytest.mark.parametrize(
    "day", [dt.date.min, dt.date(1969, 12, 31), dt.date(2200, 1, 1), dt.date.max]
)
def test_days_beyond_the_calendar(day: dt.date) -> None:
    with pytest.raises(ValueError, match="outside the years"):
        check_day(day)
    with pytest.raises(ValueError, match="outside the years"):
        moment(day, dt.time.max, "Pacific/Kiritimati")


def test_today_is_the_zones() -> None:
    now = dt.datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert today(now, "Europe/Madrid") == dt.date(2027, 1, 1)
    assert today(now, "America/New_York") == dt.date(2026, 12, 31)


def test_a_day_has_ended_when_the_next_one_begins() -> None:
    utc = dt.UTC
    assert ended(dt.date(2026, 5, 1), "America/Lima") == dt.datetime(2026, 5, 2, 5, tzinfo=utc)
    # Clocks go forward at midnight there: the next day begins at one o'clock.
    assert ended(dt.date(2024, 9, 7), "America/Santiago") == dt.datetime(2024, 9, 8, 4, tzinfo=utc)
    assert ended(dt.date(2199, 12, 31), "UTC") == dt.datetime(2200, 1, 1, tzinfo=utc)
    with pytest.raises(ValueError, match="years"):
        ended(dt.date.max, "UTC")
