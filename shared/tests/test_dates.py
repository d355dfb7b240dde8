"""Moments in words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead import dates


def when(
    zone: str, language: str, starts_at: dt.datetime, duration: int | None = None
) -> dates.When:
    local = starts_at.astimezone(ZoneInfo(zone))
    return dates.when(local.date(), local.time(), starts_at, duration, zone, language)


def test_a_service_is_told_in_its_own_zone_and_the_zone_is_named() -> None:
    moment = when("Europe/Lisbon", "en", dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.UTC), 90)
    assert moment.date == "Wednesday, 1 July 2026"
    assert (moment.time, moment.until) == ("09:30", "11:00")
    assert moment.zone == "Western European Summer Time, UTC+1"


def test_the_words_are_those_of_the_language() -> None:
    moment = when("America/Bogota", "es-CO", dt.datetime(2026, 7, 1, 1, 30, tzinfo=dt.UTC))
    assert moment.date == "martes, 30 de junio de 2026"
    assert moment.zone == "hora estándar de Colombia, UTC−5"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Asia/Kolkata", "Kolkata, UTC+5:30"), ("Etc/GMT+5", "UTC−5"), ("UTC", "UTC+0")],
)
def test_a_zone_without_words_is_named_by_its_place(zone: str, expected: str) -> None:
    moment = when(zone, "es", dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC))
    assert moment.zone.endswith(expected)


def test_a_local_time_that_does_not_exist_is_shown_as_it_happens() -> None:
    # 02:30 on this day is skipped in Prague; the trip's moment is an hour on.
    moment = dates.when(
        dt.date(2026, 3, 29),
        dt.time(2, 30),
        dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),
        None,
        "Europe/Prague",
        "en",
    )
    assert moment.time == "03:30"


def test_a_whole_day_has_no_time() -> None:
    at = dt.datetime(2026, 7, 1, 22, tzinfo=dt.UTC)
    moment = dates.when(dt.date(2026, 7, 2), None, at, 60, "Europe/Prague", "en")
    assert moment == dates.When("Thursday, 2 July 2026")


def test_an_unknown_zone_or_language_is_no_error() -> None:
    at = dt.datetime(2026, 7, 1, 22, tzinfo=dt.UTC)
    moment = dates.when(dt.date(2026, 7, 2), dt.time(9), at, None, "Atlantis/Poseidonis", "xx-YY")
    assert moment == dates.When("Thursday, 2 July 2026", "09:00", "", "Atlantis/Poseidonis")


def test_durations() -> None:
    assert dates.lasting(45, "en") == "45m"
    assert dates.lasting(3 * 24 * 60 + 90, "en") == "3d 1h 30m"


@given(
    st.sampled_from(["Europe/Lisbon", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"]),
    st.sampled_from(["en", "es", "cs", "de", "pt-BR", "zz"]),
    st.integers(1_577_836_800, 2_051_222_400).map(lambda s: dt.datetime.fromtimestamp(s, dt.UTC)),
    st.none() | st.integers(0, 5000),
)
def test_every_moment_has_words(
    zone: str, language: str, at: dt.datetime, duration: int | None
) -> None:
    moment = when(zone, language, at, duration)
    assert moment.date
    assert moment.time
    assert "UTC" in moment.zone


@pytest.mark.parametrize(
    ("end", "language", "expected"),
    [
        (dt.date(2026, 11, 28), "en", "24–28 Nov 2026"),
        (dt.date(2026, 12, 1), "en", "24 Nov – 1 Dec 2026"),
        (dt.date(2027, 1, 2), "de", "24. Nov. 2026 – 2. Jan. 2027"),
        (dt.date(2026, 11, 24), "en", "24 Nov 2026"),
    ],
)
def test_days_that_follow_each_other_are_told_as_a_span(
    end: dt.date, language: str, expected: str
) -> None:
    said = dates.span(dt.date(2026, 11, 24), end, language)
    assert said.replace("\u2009", " ") == expected
