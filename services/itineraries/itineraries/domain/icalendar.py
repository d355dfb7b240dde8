"""Calendars of RFC 5545 as stays: what each entry says, however it is written.

A calendar comes from anybody. Its lines are counted before anything is parsed, each entry is
parsed by itself, and what else a calendar can hold is passed over: definitions of time zones too,
as those that matter are known by their names.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from icalendar import Event

from contracts.contacts import NewIdentity, Scheme
from contracts.itineraries import ClosedAs
from fairlead.errors import Invalid
from fairlead.local_time import check_day, find_zone

from .plan import one_line
from .search import folded

LARGEST = 4 * 1024 * 1024  # bytes
MOST_ENTRIES = 5000
MOST_LINES = 400  # of an entry, folded ones counted
LONGEST_UID = 255  # bytes
LONGEST_TEXT = 20_000

_BEGIN = re.compile(rb"^BEGIN:([A-Z-]{1,40})\s*$", re.IGNORECASE)
_END = re.compile(rb"^END:([A-Z-]{1,40})\s*$", re.IGNORECASE)
# A zone by a maker's own name, as /mozilla.org/20050126_1/Europe/Lisbon.
_VENDOR = re.compile(rb'TZID="?/[^/:;"]+/[^/:;"]+/([\w/+-]+)"?')

_CLOSED = re.compile(
    r".*\b(?:not available|unavailable)\b.*|(?:blocked|closed)\b.*|block|busy|owner(?: stay)?"
)
_NAMELESS = ("reserved", "reservation", "booked", "booking", "occupied", "guest", "")
_PREFIX = re.compile(r"^\s*(?:reserved|reservation|booked|booking)\s*[-:–]\s*", re.IGNORECASE)
_MAILTO = re.compile(r"mailto:([^\s@:,;<>]{1,64}@[^\s@:,;<>]{1,180})", re.IGNORECASE)
# A line that says so, and no number of which a portal shows only the end.
_MAIL = re.compile(
    r"^[ \t]*(?:guest )?e-?mail(?: address)?[ \t]*[:=][ \t]*([^\s@:,;<>]{1,64}@[^\s@:,;<>]{1,180})",
    re.IGNORECASE | re.MULTILINE,
)
_PHONE = re.compile(
    r"^[ \t]*(?:guest )?(?:phone|mobile|telephone|tel)(?: number)?[ \t]*[:=][ \t]*"
    r"(\+?\d[\d ()./-]{7,28})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(r"/reservations/details/([A-Z0-9]{6,20})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry: the nights from `start` to before `end`; `refused` says why it is none.

    `reached` is at which addresses the guest is. `print` differs where anything does that a trip
    has of it.
    """

    uid: str
    start: dt.date | None = None
    end: dt.date | None = None
    cancelled: bool = False
    tentative: bool = False
    closed: bool = False
    summary: str = ""
    description: str = ""
    sequence: int = 0
    modified: dt.datetime | None = None
    refused: str = ""
    reached: tuple[NewIdentity, ...] = ()
    print: str = field(default="")

    @property
    def age(self) -> tuple[int, dt.datetime]:
        """What is greater in a later version of the entry."""
        return self.sequence, self.modified or dt.datetime.min.replace(tzinfo=dt.UTC)

    @property
    def guest(self) -> str:
        """Who comes, where the summary names somebody."""
        name = _PREFIX.sub("", self.summary).strip()
        return "" if folded(name) in _NAMELESS or self.closed else name[:200]

    @property
    def code(self) -> str:
        """What the portal calls the reservation, by which its other exports know it too."""
        found = _CODE.search(self.description)
        return found[1] if found else self.uid


def unreadable(reason: str) -> Invalid:
    """The error for what is no whole calendar."""
    return Invalid.field("itineraries.calendar_unreadable", "file_id", reason)


def read(content: bytes, zone: str, closed_as: ClosedAs) -> list[Entry]:
    """The entries of a calendar, of two with one UID the later version; days are those of `zone`.

    Raises Invalid `itineraries.calendar_unreadable` for what is none, or not whole: nothing may be
    held to be gone from it.
    """
    found: dict[str, Entry] = {}
    for block in _blocks(content):
        entry = _entry(block, zone, closed_as)
        known = found.get(entry.uid)
        if known is None or known.age <= entry.age:
            found[entry.uid] = entry
    return list(found.values())


def _blocks(content: bytes) -> Iterator[bytes]:
    """The entries of a calendar as they are written."""
    if len(content) > LARGEST:
        raise unreadable(f"is larger than {LARGEST // 1024 // 1024} MB")
    lines = content.removeprefix(b"\xef\xbb\xbf").strip().splitlines()
    if not lines or not re.match(rb"BEGIN:VCALENDAR\s*$", lines[0], re.IGNORECASE):
        raise unreadable("is no calendar")
    inside: list[bytes] = []
    block: list[bytes] = []
    count = 0
    for line in lines:
        if match := _BEGIN.match(line):
            inside.append(match[1].upper())
            if len(inside) > 5:
                raise unreadable("is nested too deeply")
        if inside[1:] == [b"VEVENT"] and len(block) <= MOST_LINES:
            block.append(line)
        if match := _END.match(line):
            if not inside or inside.pop() != match[1].upper():
                raise unreadable("is not whole")
            if not inside[1:] and block:
                count += 1
                if count > MOST_ENTRIES:
                    raise unreadable(f"has more than {MOST_ENTRIES} entries")
                yield b"\r\n".join(block) + b"\r\n"
                block = []
    if inside:
        raise unreadable("is not whole")


def _entry(block: bytes, zone: str, closed_as: ClosedAs) -> Entry:
    """What one entry says. One that has no UID has one of what it says, the same each time."""
    whole = uid = "none:" + hashlib.sha256(block).hexdigest()
    if block.count(b"\r\n") > MOST_LINES:
        return Entry(uid=uid, refused=f"has more than {MOST_LINES} lines")
    try:
        event: Any = Event.from_ical(_VENDOR.sub(rb"TZID=\1", block))
        uid = one_line(_text(event, "UID")) or uid
        if len(uid.encode("utf-8", "replace")) > LONGEST_UID:
            raise _Refused(f"its UID is longer than {LONGEST_UID} bytes")
        return _said(event, uid, zone, closed_as)
    except Exception as error:  # hostile input: the parser raises whatever it does
        reason = str(error) if isinstance(error, _Refused) else "cannot be read"
        fits = len(uid.encode("utf-8", "replace")) <= LONGEST_UID
        return Entry(uid=uid if fits else whole, refused=reason)


class _Refused(Exception):
    pass


def _said(event: Any, uid: str, zone: str, closed_as: ClosedAs) -> Entry:
    for name in ("RRULE", "RDATE", "RECURRENCE-ID"):
        if name in event:
            raise _Refused(f"repeats ({name}), which a stay does not")
    start, end = _days(event, zone)
    summary = one_line(_text(event, "SUMMARY"))[:500]
    status = _text(event, "STATUS").strip().upper()
    says_closed = _CLOSED.fullmatch(folded(summary)) is not None
    sequence = _text(event, "SEQUENCE").strip()
    entry = Entry(
        uid=uid,
        start=start,
        end=end,
        cancelled=status == "CANCELLED",
        tentative=status == "TENTATIVE",
        closed=says_closed and closed_as is ClosedAs.BLOCKS,
        summary="" if says_closed else summary,
        description=_text(event, "DESCRIPTION").replace("\0", "")[:LONGEST_TEXT],
        reached=tuple(_reached(event)),
        sequence=int(sequence) if re.fullmatch(r"\d{1,9}", sequence, re.ASCII) else 0,
        modified=_moment(event, "LAST-MODIFIED"),
    )
    parts = (start, end, entry.cancelled, entry.tentative, entry.closed, entry.summary)
    attending = [each.value for each in _attending(event)]
    text = "\x1f".join(map(str, (*parts, entry.description, *attending)))
    print = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Entry(**{name: getattr(entry, name) for name in entry.__slots__} | {"print": print})


def _reached(event: Any) -> Iterator[NewIdentity]:
    """Addresses of the guest: who attends (RFC 5545, 3.8.4.1), and lines of the description."""
    yield from _attending(event)
    description = _text(event, "DESCRIPTION")[:LONGEST_TEXT]
    for pattern, scheme in ((_MAIL, Scheme.EMAIL), (_PHONE, Scheme.PHONE)):
        if found := pattern.search(description):
            yield NewIdentity(scheme=scheme, value=found[1].strip())


def _attending(event: Any) -> list[NewIdentity]:
    found = _MAILTO.fullmatch(_text(event, "ATTENDEE"))
    return [NewIdentity(scheme=Scheme.EMAIL, value=found[1])] if found else []


def _text(event: Any, name: str) -> str:
    found = event.get(name)
    if isinstance(found, list):
        found = found[0]
    return "" if found is None else str(found)


def _days(event: Any, zone: str) -> tuple[dt.date, dt.date]:
    """The day of arrival and that of departure, where the listing is."""
    begin = _value(event, "DTSTART")
    if not isinstance(begin, dt.date):
        raise _Refused("its start is no date")
    start = _local(begin, zone)
    if "DTEND" in event:
        finish = _value(event, "DTEND")
        if not isinstance(finish, dt.date):
            raise _Refused("its end is no date")
        end = _local(finish, zone)
    elif "DURATION" in event:
        lasting = _value(event, "DURATION")
        if not isinstance(lasting, dt.timedelta):
            raise _Refused("its duration is none")
        try:
            end = _local(begin + lasting, zone)
        except OverflowError:
            raise _Refused("its end is no date") from None
    else:
        end = start
    whole = not isinstance(begin, dt.datetime)
    if whole and end == start:
        end = start + dt.timedelta(days=1)  # a day without an end lasts one day
    if end < start:
        raise _Refused("it ends before it begins")
    try:
        return check_day(start), check_day(end)
    except ValueError as error:
        raise _Refused(f"its days: {error}") from None


def _value(event: Any, name: str) -> Any:
    try:
        found = event.get(name)
        return (found[0] if isinstance(found, list) else found).dt
    except Exception:  # a property that the parser could not read raises an error of its own
        return None


def _local(value: dt.date, zone: str) -> dt.date:
    """The day in `zone`; one without a zone of its own is said as it is there."""
    if isinstance(value, dt.datetime):
        return value.astimezone(find_zone(zone)).date() if value.tzinfo else value.date()
    return value


def _moment(event: Any, name: str) -> dt.datetime | None:
    found = _value(event, name)
    aware = isinstance(found, dt.datetime) and found.tzinfo is not None
    return found.astimezone(dt.UTC) if aware else None
