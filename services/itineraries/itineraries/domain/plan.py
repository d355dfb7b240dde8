"""What an itinerary and a service must be before they are kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from contracts.itineraries import ExternalId, Guest, ItineraryDetails, ServiceDetails
from fairlead.errors import Invalid
from fairlead.local_time import check_day, find_zone, moment

from . import money, tags
from .calendar import day_problems, problem

MOST_SERVICES = 500
# A trip travels whole in each of its events and into the stores of who hears them.
MOST_TEXT = 1_000_000

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def check_itinerary(details: ItineraryDetails, at: str = "details") -> None:
    """Raises Invalid that names each wrong field below the path `at`."""
    _raise(at, _itinerary_problems(details))


def check_service(details: ServiceDetails, at: str = "details") -> dt.datetime:
    """When the service starts, in UTC; raises Invalid that names each wrong field below `at`."""
    _raise(at, _service_problems(details))
    return moment(details.date, details.time, details.zone)


def check_extent(itinerary: ItineraryDetails, services: Sequence[ServiceDetails], at: str) -> None:
    """Raises Invalid at `at` where the trip with all its services has grown beyond bounds."""
    if len(services) > MOST_SERVICES:
        raise Invalid.field("itineraries.invalid", at, f"has more than {MOST_SERVICES} services")
    length = len(itinerary.notes) + sum(
        len(service.description) + len(service.notes) + len(service.requirements)
        for service in services
    )
    if length > MOST_TEXT:
        reason = f"makes the trip's texts longer than {MOST_TEXT} characters together"
        raise Invalid.field("itineraries.invalid", at, reason)


def check_listing(
    name: str, address: str, zone: str, labels: Sequence[str], ids: Sequence[ExternalId]
) -> None:
    """Raises Invalid that names each wrong field of a listing."""
    lines = {"name": name, "address": address}
    for number, each in enumerate(ids):
        lines |= {f"external_ids[{number}].source": each.source}
        lines |= {f"external_ids[{number}].id": each.id}
    needed = lines.keys() - {"address"}
    check(line_problems(lines, needed), zone_problems(zone), tags.problems(labels))


def check_portal(name: str, labels: Sequence[str]) -> None:
    """Raises Invalid that names each wrong field of a portal."""
    check(line_problems({"name": name}, {"name"}), tags.problems(labels))


def check_line(field: str, line: str, *, needed: bool = False) -> None:
    """Raises Invalid for a line with control characters, and for one that is needed and blank."""
    check(line_problems({field: line}, {field} if needed else set()))


def lead_guest(guests: Sequence[Guest]) -> str | None:
    """The name of who speaks for the guests: the one marked so, else the first."""
    return next((guest.name for guest in guests if guest.lead), guests[0].name if guests else None)


Problems = Iterable[tuple[str, str]]


def check(*found: Problems) -> None:
    """Raises Invalid that names each field in which something was found."""
    _raise("", *found)


def _raise(at: str, *found: Problems) -> None:
    prefix = f"{at}." if at else ""
    problems = {f"{prefix}{field}": reason for some in found for field, reason in some}
    if problems:
        raise Invalid.fields("itineraries.invalid", problems)


def _itinerary_problems(details: ItineraryDetails) -> Iterator[tuple[str, str]]:
    lines = {"title": details.title, "external_id": details.external_id}
    yield from line_problems(lines, {"title"})
    yield from text_problems({"notes": details.notes})
    yield from zone_problems(details.zone)
    yield from day_problems(details.start, details.end)
    if details.price is not None:
        yield from money.amount_problems("price", details.price)
    yield from money.commission_problems(details.price, details.commission)
    yield from tags.problems(details.tags)
    for number, guest in enumerate(details.guests):
        yield from line_problems({f"guests[{number}].name": guest.name}, {f"guests[{number}].name"})
    leads = [number for number, guest in enumerate(details.guests) if guest.lead]
    for number in leads[1:]:
        yield f"guests[{number}].lead", "is a second lead guest"


def _service_problems(details: ServiceDetails) -> Iterator[tuple[str, str]]:
    lines = ("name", "place", "address", "supplier_name")
    yield from line_problems({name: getattr(details, name) for name in lines}, {"name"})
    texts = ("description", "notes", "requirements")
    yield from text_problems({name: getattr(details, name) for name in texts})
    yield from zone_problems(details.zone)
    yield from problem("date", check_day, details.date)
    if details.time is not None and details.time.tzinfo is not None:
        yield "time", "is local to its place and has no offset of its own"


def zone_problems(name: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the name of a zone."""
    yield from problem("zone", find_zone, name)


def one_line(text: str) -> str:
    """`text` as one line without control characters, as it comes from elsewhere."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def line_problems(lines: Mapping[str, str], needed: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with lines of text, by the paths of their fields."""
    for field, line in lines.items():
        if _UNSEEN.search(line):
            yield field, "has a line break or another control character"
        elif field in needed and not line.strip():
            yield field, "is blank"


def text_problems(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with longer texts, by the paths of their fields."""
    for field, text in texts.items():
        if "\0" in text:
            yield field, "has a NUL character"
