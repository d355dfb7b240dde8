"""What is planned in trips, and the concierge calendar."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Line, Name, Text, Zone
from .states import ItineraryState, ServiceState, ServiceStep


class ServiceKind(enum.Enum):
    """What a service is."""

    TRANSFER = "transfer"
    TOUR = "tour"
    STAY = "stay"
    ACTIVITY = "activity"
    MEAL = "meal"
    OTHER = "other"


Pax = Annotated[int, Meta(ge=1, le=10_000)]
Minutes = Annotated[int, Meta(ge=0, le=60 * 24 * 365)]


class ServiceDetails(Message):
    """What is planned: a service without its identity.

    `date` and `time` are local in `zone`; `time` is None for a whole day.
    """

    kind: ServiceKind
    name: Name
    date: dt.date
    zone: Zone
    description: Text = ""
    time: dt.time | None = None
    duration: Minutes | None = None
    pax: Pax = 1
    place: Line = ""
    address: Line = ""
    supplier_id: UUID | None = None
    supplier_name: Line = ""
    notes: Text = ""
    requirements: Text = ""
    state: ServiceState = ServiceState.PLANNED


class Service(Message):
    """A planned service. `starts_at` is the moment in UTC: local midnight for a whole day."""

    id: UUID
    itinerary_id: UUID
    details: ServiceDetails
    starts_at: dt.datetime
    version: int


class ConciergeService(Message):
    """A service in the concierge calendar, with the trip it belongs to."""

    service: Service
    reference: str
    title: str
    itinerary_state: ItineraryState


class ConciergeDay(Message):
    """The services of one day, in order of local time. The day is the service's own."""

    date: dt.date
    services: list[ConciergeService]


class Planning(Interface, Protocol):
    """What is planned in trips."""

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def add_service(
        self, *, itinerary_id: UUID, details: ServiceDetails, id: UUID | None = None
    ) -> Service:
        """Plan a service. With an `id` that the trip has already nothing changes."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def update_service(self, *, id: UUID, version: int, details: ServiceDetails) -> Service:
        """Replace a service's details. Stale `itineraries.changed`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def remove_service(self, *, id: UUID, version: int) -> None:
        """Take a service out of the plan."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def set_service_state(
        self, *, id: UUID, version: int, state: ServiceState, reason: Line = ""
    ) -> Service:
        """Move a service on. Conflict `itineraries.service_transition` where it cannot go there."""
        ...

    @call(rights.READ)
    def service_history(self, *, id: UUID) -> list[ServiceStep]:
        """The last thousand steps of a service, the first one first.

        NotFound `itineraries.service_not_found`.
        """
        ...

    @call(rights.READ)
    def concierge(
        self,
        *,
        start: dt.date,
        end: dt.date,
        supplier_id: UUID | None = None,
        state: ServiceState | None = None,
        listing_id: UUID | None = None,
        kind: ServiceKind | None = None,
        q: Line | None = None,
    ) -> list[ConciergeDay]:
        """The services of the days from `start` to `end`, both included, at most 62 days.

        A day is each service's own. All filters hold at once; `supplier_id` finds the services of
        whoever was merged into him too, `listing_id` is the trip's, and `q` is looked for in
        names, places, suppliers and the trip's reference, title and guests.
        """
        ...
