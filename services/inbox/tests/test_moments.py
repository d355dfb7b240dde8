"""When a message leaves: zones, clocks that jump, and moments that follow a trip (mission A7)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.inbox import Anchor, LocalTime, RelativeTime, SendAt
from contracts.itineraries import Itinerary, Service
from inbox.domain.moments import Moment, NoMoment, Surroundings, anchor_of, check, when
from inbox.testing import service, trip

UTC = dt.UTC
ZONES = [
    "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Europe/Dublin",
]  # fmt: skip
zones = st.sampled_from(ZONES)
days = st.dates(dt.date(2020, 1, 5), dt.date(2035, 12, 25))
times = st.times().map(lambda time: time.replace(microsecond=0))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def planned(start: dt.datetime, zone: str = "Europe/Lisbon", **details: Any) -> Service:
    local = start.astimezone(ZoneInfo(zone))
    made = service(date=local.date(), time=local.time(), zone=zone, **details)
    return replace(made, starts_at=start)


def around(*services: Service, **fields: Any) -> Surroundings:
    journey: Itinerary = trip(*services, zone=fields.pop("zone", "Europe/Lisbon"))
    values: dict[str, Any] = {
        "trips": {journey.id: journey},
        "itinerary_id": journey.id,
        "service_ids": [each.id for each in services],
        "recipients": ["Asia/Tokyo"],
        "organisation": "Europe/Prague",
    }
    return Surroundings(**(values | fields))


def local(text: str, zone: str) -> SendAt:
    moment = dt.datetime.fromisoformat(text)
    return SendAt(local=LocalTime(date=moment.date(), time=moment.time(), zone=zone))


def relative(anchor: Anchor, **fields: Any) -> SendAt:
    return SendAt(relative=RelativeTime(anchor=anchor, **fields))


def refusal(send_at: SendAt, where: Surroundings) -> NoMoment:
    with pytest.raises(NoMoment) as caught:
        when(send_at, where)
    return caught.value


@pytest.mark.parametrize(
    ("zone", "expected", "shown"),
    [
        ("recipient", "2026-11-25 23:00", "Asia/Tokyo"),
        ("place", "2026-11-26 08:00", "Europe/Lisbon"),
        ("organisation", "2026-11-26 07:00", "Europe/Prague"),
        ("America/New_York", "2026-11-26 13:00", "America/New_York"),
    ],
)
def test_a_local_time_is_in_somebodys_zone(zone: str, expected: str, shown: str) -> None:
    assert when(local("2026-11-26T08:00", zone), around()) == Moment(at(expected), shown)


def test_the_place_is_that_of_the_first_service_before_that_of_the_trip() -> None:
    later = planned(at("2026-12-02 10:00"), "Asia/Tokyo")
    first = planned(at("2026-12-01 10:00"), "America/New_York")
    found = when(local("2026-11-26T08:00", "place"), around(later, first))
    assert found.zone == "America/New_York"


@pytest.mark.parametrize(
    ("local_time", "zone", "expected"),
    [
        ("2026-03-29T01:30", "Europe/Lisbon", "2026-03-29 01:30"),  # skipped: on by the gap
        ("2026-10-25T01:30", "Europe/Lisbon", "2026-10-25 00:30"),  # twice: the first
        ("2026-03-08T02:30", "America/New_York", "2026-03-08 07:30"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01 05:30"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03 15:45"),  # half an hour's gap
    ],
)
def test_clocks_that_jump(local_time: str, zone: str, expected: str) -> None:
    assert when(local(local_time, zone), around()).at == at(expected)


@given(days, times, zones)
def test_a_local_time_is_shown_as_it_was_written_or_later_by_a_gap(
    day: dt.date, time: dt.time, zone: str
) -> None:
    found = when(SendAt(local=LocalTime(date=day, time=time, zone=zone)), around())
    shown = found.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    wanted = dt.datetime.combine(day, time)
    assert shown >= wanted
    assert shown - wanted <= dt.timedelta(days=1)  # Apia once left a day out
    if shown != wanted:  # then no clock there ever showed it
        for fold in (0, 1):
            moment = wanted.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
            assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != wanted


@given(days, st.integers(-700, 700), times, zones)
def test_days_before_arrival_are_calendar_days_at_that_time(
    start: dt.date, offset: int, time: dt.time, zone: str
) -> None:
    journey = trip(start=start, end=start, zone=zone)
    where = Surroundings(trips={journey.id: journey}, itinerary_id=journey.id)
    found = when(relative(Anchor.ITINERARY_START, days=offset, time=time), where)
    same = SendAt(local=LocalTime(date=start + dt.timedelta(days=offset), time=time, zone=zone))
    assert found == when(same, where)


def test_hours_before_a_service_are_hours_and_not_clock_times() -> None:
    # Clocks go forward between: 24 hours before 09:30 is 08:30 on the clock.
    tour = planned(at("2026-03-29 08:30"))
    where = around(tour)
    found = when(relative(Anchor.SERVICE_START, minutes=-24 * 60), where)
    assert found == Moment(at("2026-03-28 08:30"), "Europe/Lisbon")
    # A day before is the same time on the clock.
    assert when(relative(Anchor.SERVICE_START, days=-1), where).at == at("2026-03-28 09:30")
    both = relative(Anchor.SERVICE_START, days=-1, minutes=-30)
    assert when(both, where).at == at("2026-03-28 09:00")


def test_after_the_end() -> None:
    tour = planned(at("2026-11-24 09:30"), duration=45)
    where = around(tour)
    assert when(relative(Anchor.SERVICE_END, minutes=60), where).at == at("2026-11-24 11:15")
    morning = relative(Anchor.SERVICE_END, days=1, time=dt.time(10), zone="organisation")
    assert when(morning, where) == Moment(at("2026-11-25 09:00"), "Europe/Prague")
    departure = relative(Anchor.ITINERARY_END, days=1, time=dt.time(10))
    assert when(departure, where).at == at("2026-12-01 10:00")
    endless = around(planned(at("2026-11-24 09:30"), duration=None))
    assert "duration" in refusal(relative(Anchor.SERVICE_END), endless).reason


def test_a_service_is_named_or_the_earliest() -> None:
    first, second = planned(at("2026-11-24 09:30")), planned(at("2026-11-25 09:30"))
    where = around(second, first)
    assert when(relative(Anchor.SERVICE_START), where).at == first.starts_at
    named = relative(Anchor.SERVICE_START, service_id=second.id)
    assert when(named, where).at == second.starts_at
    gone = refusal(relative(Anchor.SERVICE_START, service_id=uuid4()), where)
    assert gone.gone
    assert not refusal(relative(Anchor.SERVICE_START), around()).gone


def test_it_is_counted_from_what_begins() -> None:
    tour = planned(at("2026-11-24 09:30"))
    where = around(tour)
    assert anchor_of(relative(Anchor.SERVICE_START, minutes=-5), where) == tour.starts_at
    arrival = relative(Anchor.ITINERARY_START, days=-2, time=dt.time(10))
    assert anchor_of(arrival, where) == at("2026-11-24 00:00")
    assert anchor_of(SendAt(at=at("2026-11-24 00:00")), where) is None


@pytest.mark.parametrize(
    ("send_at", "where", "field"),
    [
        (SendAt(), around(), "send_at"),
        (
            SendAt(at=at("2026-12-01 09:00"), local=local("2026-12-01T09:00", "UTC").local),
            around(),
            "send_at",
        ),
        (local("2026-12-01T09:00", "Mars/Olympus"), around(), "send_at.local.zone"),
        (local("2026-12-01T09:00", "Europe"), around(), "send_at.local.zone"),
        (local("2026-12-01T09:00", "../etc/passwd"), around(), "send_at.local.zone"),
        (local("9999-12-31T09:00", "UTC"), around(), "send_at.local"),
        (local("2026-12-01T09:00", "place"), Surroundings(), "send_at.local.zone"),
        (local("2026-12-01T09:00", "organisation"), Surroundings(), "send_at.local.zone"),
        (local("2026-12-01T09:00", "recipient"), around(recipients=[None]), "send_at.local.zone"),
        (
            local("2026-12-01T09:00", "recipient"),
            around(recipients=["Asia/Tokyo", "Europe/Lisbon"]),
            "send_at.local.zone",
        ),
        (relative(Anchor.ITINERARY_START, days=-2), around(), "send_at.relative.time"),
        (
            relative(Anchor.ITINERARY_START, time=dt.time(9), minutes=5),
            around(),
            "send_at.relative.minutes",
        ),
        (
            relative(Anchor.ITINERARY_START, time=dt.time(9)),
            Surroundings(),
            "send_at.relative.anchor",
        ),
        (relative(Anchor.SERVICE_START), Surroundings(), "send_at.relative.service_id"),
        (
            SendAt(
                at=dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
            ),
            around(),
            "send_at.at",
        ),
        (
            SendAt(
                local=LocalTime(date=dt.date(2026, 1, 1), time=dt.time(9, tzinfo=UTC), zone="UTC")
            ),
            around(),
            "send_at.local",
        ),
    ],
)
def test_what_names_no_moment_is_refused_by_its_field(
    send_at: SendAt, where: Surroundings, field: str
) -> None:
    assert refusal(send_at, where).field == field


def test_a_moment_is_neither_over_nor_in_another_age() -> None:
    now = at("2026-11-24 12:00")
    for good in (now, now - dt.timedelta(seconds=30), now + dt.timedelta(days=1000)):
        check(Moment(good, "UTC"), now)
    for bad in (now - dt.timedelta(minutes=2), now + dt.timedelta(days=1200)):
        with pytest.raises(NoMoment):
            check(Moment(bad, "UTC"), now)
