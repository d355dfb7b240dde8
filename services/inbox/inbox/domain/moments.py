"""The moment that a message is to leave at: from what people say to UTC (mission A7).

Days and times are on somebody's clock: the recipient's, that of the place where a service is or
the trip goes, our own, or a named zone's. A local time that clocks skip moves forward by the gap;
one that they show twice means the first (architecture, "Meanings settled").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.inbox import Anchor, LocalTime, RelativeTime, SendAt
from contracts.itineraries import Itinerary, Service
from fairlead.local_time import find_zone, moment

AHEAD = dt.timedelta(days=3 * 366)
GRACE = dt.timedelta(minutes=1)  # "now", written on a clock that is a little behind ours

RECIPIENT, PLACE, ORGANISATION = "recipient", "place", "organisation"
_OF_SERVICE = frozenset({Anchor.SERVICE_START, Anchor.SERVICE_END})
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Surroundings:
    """What a moment can depend on.

    `trips` by id, with their services; `itinerary_id` and `service_ids` as the draft has them, and
    `recipients` the zones of those who get it, None for one whose zone nobody knows.
    """

    trips: Mapping[UUID, Itinerary] = field(default_factory=dict)
    itinerary_id: UUID | None = None
    service_ids: Sequence[UUID] = ()
    recipients: Collection[str | None] = ()
    organisation: str | None = None

    def service(self, id: UUID) -> Service | None:
        """A service of one of the trips."""
        every = (each for trip in self.trips.values() for each in trip.services)
        return next((each for each in every if each.id == id), None)

    def services(self) -> list[Service]:
        """Those that the draft names and that there are, by their time."""
        found = [each for id in self.service_ids if (each := self.service(id))]
        return sorted(found, key=lambda each: (each.starts_at, str(each.id)))

    def trip(self) -> Itinerary | None:
        """The trip that the draft is about: its own, or else the only one of its services."""
        if self.itinerary_id is not None:
            return self.trips.get(self.itinerary_id)
        ids = {each.itinerary_id for each in self.services()}
        return self.trips.get(ids.pop()) if len(ids) == 1 else None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC, and the zone to show it in."""

    at: dt.datetime
    zone: str


class NoMoment(Exception):
    """What was said names no moment; `field` is the path in the draft.

    `gone` where it did once, and what it was counted from is not there any more.
    """

    def __init__(self, field: str, reason: str, *, gone: bool = False) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason
        self.gone = gone


def when(send_at: SendAt, around: Surroundings) -> Moment:
    """The moment that `send_at` means; raises NoMoment."""
    said = [each for each in (send_at.at, send_at.local, send_at.relative) if each is not None]
    if len(said) != 1:
        raise NoMoment("send_at", "say one of at, local and relative")
    if send_at.at is not None:
        return Moment(_in_utc(send_at.at), around.organisation or "UTC")
    if send_at.local is not None:
        return _local(send_at.local, around)
    assert send_at.relative is not None
    return _relative(send_at.relative, around)


def check(moment: Moment, now: dt.datetime) -> None:
    """Raise NoMoment for one that is over, or too far ahead."""
    if moment.at < now - GRACE:
        raise NoMoment("send_at", f"was over at {moment.at:%Y-%m-%d %H:%M} UTC")
    if moment.at > now + AHEAD:
        raise NoMoment("send_at", "is more than three years ahead")


def anchor_of(send_at: SendAt, around: Surroundings) -> dt.datetime | None:
    """When that begins or ends which the moment is counted from; None where it is from nothing."""
    relative = send_at.relative
    if relative is None:
        return None
    if relative.anchor in _OF_SERVICE:
        return _of_service(relative, _service(relative, around))
    trip = _trip(around)
    return _at(_day_of_trip(relative, trip), dt.time(), trip.details.zone, "send_at.relative").at


def zone_said(send_at: SendAt | None) -> str | None:
    """Whose zone or which one the moment is in; None for an instant."""
    if send_at is None:
        return None
    said = send_at.local or send_at.relative
    return said.zone if said else None


def _local(said: LocalTime, around: Surroundings) -> Moment:
    services, trip = around.services(), around.trip()
    place = services[0].details.zone if services else trip.details.zone if trip else None
    zone = _zone(said.zone, place, around, "send_at.local")
    return _at(said.date, said.time, zone, "send_at.local")


def _relative(said: RelativeTime, around: Surroundings) -> Moment:
    if said.time is not None and said.minutes:
        raise NoMoment("send_at.relative.minutes", "say a time or minutes, not both")
    if said.anchor in _OF_SERVICE:
        service = _service(said, around)
        place = service.details.zone
        begins = _of_service(said, service).astimezone(_clock(place, "send_at.relative"))
        day, usual = begins.date(), begins.time()
    else:
        trip = _trip(around)
        place, day, usual = trip.details.zone, _day_of_trip(said, trip), None
    if said.time is not None:
        zone = _zone(said.zone, place, around, "send_at.relative")
        return _at(_later(day, said.days), said.time, zone, "send_at.relative")
    if usual is None:
        raise NoMoment("send_at.relative.time", "a trip has days and no hours: say a time")
    if not said.days:
        return Moment(_shifted(begins.astimezone(dt.UTC), said.minutes), place)
    same_hour = _at(_later(day, said.days), usual, place, "send_at.relative")
    return Moment(_shifted(same_hour.at, said.minutes), place)


def _trip(around: Surroundings) -> Itinerary:
    trip = around.trip()
    if trip is None:
        raise NoMoment("send_at.relative.anchor", "this message is about no single trip")
    return trip


def _service(said: RelativeTime, around: Surroundings) -> Service:
    if said.service_id is None:
        services = around.services()
        if not services:
            gone = bool(around.service_ids)
            raise NoMoment("send_at.relative.service_id", "names no service", gone=gone)
        return services[0]
    service = around.service(said.service_id)
    if service is None:
        raise NoMoment("send_at.relative.service_id", "there is no such service", gone=True)
    return service


def _of_service(said: RelativeTime, service: Service) -> dt.datetime:
    if said.anchor is Anchor.SERVICE_START:
        return service.starts_at
    if service.details.duration is None:
        reason = f"nobody knows when “{service.details.name}” ends: it has no duration"
        raise NoMoment("send_at.relative.anchor", reason)
    return _shifted(service.starts_at, service.details.duration)


def _day_of_trip(said: RelativeTime, trip: Itinerary) -> dt.date:
    is_start = said.anchor is Anchor.ITINERARY_START
    return trip.details.start if is_start else trip.details.end


def _zone(said: str, place: str | None, around: Surroundings, path: str) -> str:
    if said == PLACE:
        if place is None:
            raise NoMoment(f"{path}.zone", "this message is about no place: name a zone")
        return place
    if said == ORGANISATION:
        if around.organisation is None:
            raise NoMoment(f"{path}.zone", "the organisation's zone is not known yet")
        return around.organisation
    if said == RECIPIENT:
        return _zone_of_recipients(set(around.recipients), path)
    return said


def _zone_of_recipients(zones: set[str | None], path: str) -> str:
    if None in zones or not zones:
        raise NoMoment(f"{path}.zone", "the recipient's zone is not known: name one")
    if len(zones) > 1:
        raise NoMoment(f"{path}.zone", "the recipients are in several zones: name one")
    return str(zones.pop())


def _at(day: dt.date, time: dt.time, zone: str, path: str) -> Moment:
    _clock(zone, path)
    try:
        return Moment(moment(day, time, zone), zone)
    except ValueError as error:
        raise NoMoment(path, str(error)) from None


def _clock(zone: str, path: str) -> ZoneInfo:
    try:
        return find_zone(zone)
    except ValueError as error:
        raise NoMoment(f"{path}.zone", str(error)) from None


def _in_utc(at: dt.datetime) -> dt.datetime:
    try:
        return at.astimezone(dt.UTC)
    except OverflowError:
        raise NoMoment("send_at.at", "is outside the calendar") from None


def _later(day: dt.date, days: int) -> dt.date:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        raise NoMoment("send_at.relative.days", "is outside the calendar") from None


def _shifted(at: dt.datetime, minutes: int) -> dt.datetime:
    try:
        return at + minutes * _MINUTE
    except OverflowError:
        raise NoMoment("send_at.relative.minutes", "is outside the calendar") from None
