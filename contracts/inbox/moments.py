"""When a message is to leave, as people say it (mission A7)."""

from __future__ import annotations

import enum
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Message

MomentZone = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="IANA time zone name, or `recipient`, `place` or `organisation`",
    ),
]


class Anchor(enum.Enum):
    """What of a trip a moment is counted from."""

    ITINERARY_START = "itinerary_start"  # the day of arrival
    ITINERARY_END = "itinerary_end"  # the day of departure
    SERVICE_START = "service_start"
    SERVICE_END = "service_end"


class LocalTime(Message):
    """A date and time on the clocks of `zone`.

    `recipient` is the zone of who gets the message, `place` that of its first service or else of
    its trip, `organisation` our own. A time that clocks skip moves forward by the gap; one that
    they show twice means the first.
    """

    date: date
    time: time
    zone: MomentZone = "place"


class RelativeTime(Message):
    """A moment that moves with a trip.

    With a `time`, it is that time in `zone` on the day that lies `days` after the anchor's own day
    (before it, where negative). Without one it is `minutes` after the very moment of a service, or
    before it. `service_id` says which service; without it, the first one that the draft names.
    """

    anchor: Anchor
    service_id: UUID | None = None
    days: Annotated[int, Meta(ge=-730, le=730)] = 0
    time: time | None = None
    minutes: Annotated[int, Meta(ge=-1_051_200, le=1_051_200)] = 0
    zone: MomentZone = "place"


class SendAt(Message):
    """When a message is to leave: exactly one of the three.

    `at` is an instant, `local` a time on somebody's clock, `relative` follows a trip.
    """

    at: Annotated[datetime, Meta(tz=True)] | None = None
    local: LocalTime | None = None
    relative: RelativeTime | None = None
