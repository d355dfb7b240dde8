"""Calendars: what their entries say, however they are written, and that none does harm."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from contracts.itineraries import ClosedAs
from fairlead.errors import Invalid
from itineraries.domain import icalendar
from itineraries.domain.icalendar import Entry, read

MAY = dt.date(2026, 5, 1)
LISBON = "Europe/Lisbon"


def calendar(*entries: str) -> bytes:
    """A calendar of entries, each said by its lines without a UID where they have one."""
    blocks = [f"BEGIN:VEVENT\n{entry.strip()}\nEND:VEVENT\n" for entry in entries]
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{''.join(blocks)}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def only(lines: str, zone: str = LISBON, closed_as: ClosedAs = ClosedAs.BLOCKS) -> Entry:
    [entry] = read(calendar(f"UID:1@site\n{lines}"), zone, closed_as)
    return entry


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ("DTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260504", (1, 4)),
        ("DTSTART;VALUE=DATE:20260501", (1, 2)),
        ("DTSTART;VALUE=DATE:20260501\nDTEND;VALUE=DATE:20260501", (1, 2)),
        ("DTSTART:20260501T230000Z\nDTEND:20260504T100000Z", (2, 4)),  # midnight in Lisbon
        ("DTSTART;TZID=America/Lima:20260501T150000\nDTEND:20260504T100000Z", (1, 4)),
        ('DTSTART;TZID="W. Europe Standard Time":20260501T003000\nDURATION:P3D', (30, 3)),
        ("DTSTART;TZID=/mozilla.org/2005_1/Europe/Lisbon:20260501T150000\nDURATION:P2D", (1, 3)),
        ("DTSTART;TZID=Our Office:20260501T150000\nDTEND;TZID=Our Office:20260503T1000", None),
        ("DTSTART;TZID=Our Office:20260501T150000\nDTEND;TZID=Our Office:20260503T100000", (1, 3)),
        ("DTSTART:20260501T150000\nDTEND:20260503T100000", (1, 3)),  # floating: as said there
        ("DTSTART:20260501T150000", (1, 1)),
        ("DTSTART;VALUE=DATE:20260504\nDTEND;VALUE=DATE:20260501", None),
        ("DTSTART:garbage", None),
        ("DTEND;VALUE=DATE:20260501", None),
        ("DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:00010102", None),
        ("DTSTART;VALUE=DATE:20260501\nDURATION:P999999999W", None),
        ("DTSTART;VALUE=DATE:20260501\nRRULE:FREQ=DAILY", None),
        ("DTSTART;VALUE=DATE:20260501\nRDATE;VALUE=DATE:20260601", None),
    ],
)  # fmt: skip
def test_days_are_those_of_the_listing(lines: str, days: tuple[int, int] | None) -> None:
    found = only(lines)
    if days is None:
        assert found.refused
        assert found.uid == "1@site" or "none:" in found.uid
        return
    assert found.refused == ""
    assert found.start is not None
    assert found.end is not None
    assert (found.start.day, found.end.day) == days


@settings(max_examples=60)
@given(
    st.dates(dt.date(1971, 1, 1), dt.date(2190, 1, 1)),
    st.integers(1, 400),
    st.sampled_from(["date", "utc", "zoned", "floating"]),
    st.sampled_from([LISBON, "America/Lima", "Pacific/Kiritimati", "Asia/Kathmandu"]),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40),
)
def test_what_another_library_writes_is_read(
    start: dt.date, nights: int, form: str, zone: str, summary: str
) -> None:
    end = start + dt.timedelta(days=nights)

    def written(day: dt.date, hour: int) -> dt.date:
        if form == "date":
            return day
        local = dt.datetime.combine(day, dt.time(hour))
        if form == "floating":
            return local
        aware = local.replace(tzinfo=ZoneInfo(zone))
        return aware.astimezone(dt.UTC) if form == "utc" else aware

    event = Event()
    event.add("uid", "1@site")
    event.add("dtstart", written(start, 15))
    event.add("dtend", written(end, 11))
    event.add("summary", summary)
    whole = Calendar()
    whole.add_component(event)
    [found] = read(whole.to_ical(), zone, ClosedAs.STAYS)
    assert (found.start, found.end, found.refused) == (start, end, "")


@pytest.mark.parametrize(
    ("summary", "closed", "guest"),
    [
        ("Airbnb (Not available)", True, ""),
        ("CLOSED - Not available", True, ""),
        ("Blocked", True, ""),
        ("busy", True, ""),
        ("Reserved", False, ""),
        ("Reserved - Inês Luz", False, "Inês Luz"),
        ("Booking: Mr Block", False, "Mr Block"),
        ("Busy Lizzie", False, "Busy Lizzie"),
        ("", False, ""),
    ],
)
def test_days_that_nobody_can_have_are_no_stay(summary: str, closed: bool, guest: str) -> None:
    lines = f"DTSTART;VALUE=DATE:20260501\nSUMMARY:{summary}"
    found = only(lines)
    assert (found.closed, found.guest) == (closed, guest)
    stay = only(lines, closed_as=ClosedAs.STAYS)
    assert (stay.closed, stay.guest) == (False, "" if closed else guest)


def test_of_two_with_one_uid_the_later_version_counts() -> None:
    def version(sequence: int, day: int, modified: str = "") -> str:
        more = f"\nLAST-MODIFIED:{modified}" if modified else ""
        return f"UID:1\nSEQUENCE:{sequence}\nDTSTART;VALUE=DATE:2026050{day}{more}"

    [found] = read(calendar(version(2, 1), version(1, 2)), LISBON, ClosedAs.BLOCKS)
    assert found.start == MAY
    two = calendar(version(1, 1, "20260102T000000Z"), version(1, 2, "20260101T000000Z"))
    [found] = read(two, LISBON, ClosedAs.BLOCKS)
    assert found.start == MAY


def test_an_entry_without_a_uid_is_the_same_each_time() -> None:
    content = calendar("DTSTART;VALUE=DATE:20260501", "DTSTART;VALUE=DATE:20260502")
    first, second = read(content, LISBON, ClosedAs.BLOCKS)
    assert first.uid != second.uid
    assert [first, second] == read(content, LISBON, ClosedAs.BLOCKS)


def test_what_portals_call_a_reservation() -> None:
    url = "https://www.airbnb.com/hosting/reservations/details/HMABC2DEF4"
    found = only(f"DTSTART;VALUE=DATE:20260501\nDESCRIPTION:Reservation URL: {url}\\nPhone: 1")
    assert found.code == "HMABC2DEF4"
    assert only("DTSTART;VALUE=DATE:20260501").code == "1@site"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"BEGIN:VCALENDAR\r\n",
        calendar("UID:1\nDTSTART;VALUE=DATE:20260501")[:-20],
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\n" * 5000,
        b"END:VCALENDAR\r\n",
        b"x" * (icalendar.LARGEST + 1),
        calendar(*["UID:1"] * (icalendar.MOST_ENTRIES + 1)),
    ],
    ids=["empty", "page", "open", "cut", "crossed", "nested", "ended", "large", "many"],
)
def test_what_is_no_whole_calendar(content: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(Invalid) as caught:
        read(content, LISBON, ClosedAs.BLOCKS)
    assert caught.value.code == "itineraries.calendar_unreadable"
    assert time.process_time() - begun < 30


def test_one_that_is_wrong_spoils_no_other() -> None:
    good = "UID:good\nDTSTART;VALUE=DATE:20260501"
    alarm = "UID:alarm\nDTSTART;VALUE=DATE:20260501\nBEGIN:VALARM\nTRIGGER:x\nEND:VALARM"
    content = calendar(
        good, "UID:wide\n" + "X-A:1\n" * 500, "no line", "UID:" + "ü" * 200, alarm,
        "UID:tz\nDTSTART;TZID=../../etc/passwd:20260501T000000",
    )  # fmt: skip
    found = read(content, LISBON, ClosedAs.BLOCKS)
    assert [bool(each.refused) for each in found] == [False, True, True, True, False, False]
    assert found[4].uid == "alarm"


def test_definitions_of_zones_are_passed_over() -> None:
    """One that repeats each second would be counted out for ever."""
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Lisbon\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n"
        "TZOFFSETFROM:+1300\r\nTZOFFSETTO:+1300\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\n"
        "END:VTIMEZONE\r\n"
    )
    content = calendar("UID:1\nDTSTART;TZID=Europe/Lisbon:20260501T233000\nDURATION:P1D")
    content = content.replace(b"BEGIN:VEVENT", zone.encode() + b"BEGIN:VEVENT")
    [found] = read(content, LISBON, ClosedAs.BLOCKS)
    assert found.start == MAY


def test_no_bytes_break_the_reading() -> None:
    lines: Any = st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [
                b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VALARM", b"END:VALARM", b"UID:1",
                b"DTSTART;VALUE=DATE:20260501", b"DTSTART;TZID=x;VALUE=DATE-TIME:1", b" folded",
                b"DURATION:-P1D", b"DTEND:20260501T000000Z", b"SEQUENCE:-1", b"RRULE:x",
            ]
        ),
    )  # fmt: skip

    @settings(max_examples=150)
    @given(st.lists(lines, max_size=12))
    def check(body: list[bytes]) -> None:
        content = b"\r\n".join([b"BEGIN:VCALENDAR", *body, b"END:VCALENDAR"])
        try:
            found = read(content, LISBON, ClosedAs.BLOCKS)
        except Invalid:
            return
        for each in found:
            assert bool(each.refused) == (each.start is None)
            assert len(each.uid.encode()) <= 255

    check()
