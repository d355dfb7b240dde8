"""Trips: who travels when, at what price, and where the trip stands."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import (
    Currency,
    Cursor,
    Language,
    Limit,
    Line,
    Moment,
    Money,
    Name,
    Tag,
    Tags,
    Text,
    Zone,
)
from .listings import Listing, Portal
from .money import Balance, Instalment, Payment
from .overbooking import Overbooking
from .planning import Service, ServiceDetails
from .states import ItineraryState, Origin, Step

Minor = Annotated[int, Meta(ge=0, le=10**15)]


class Guest(Message):
    """Somebody who travels; `contact_id` once it is known who that is."""

    name: Name
    contact_id: UUID | None = None
    lead: bool = False


class ItineraryDetails(Message):
    """What a person writes about a trip. `start` and `end` are local days in `zone`.

    `agent_id` is the contact who brought it, `commission` his, and `sales_agent_id` the user whose
    sale it is. `external_id` is what the portal calls it:
    no two trips have the same of one portal.
    """

    title: Name
    start: dt.date
    end: dt.date
    zone: Zone
    guests: Annotated[list[Guest], Meta(max_length=500)] = []
    agent_id: UUID | None = None
    listing_id: UUID | None = None
    language: Language | None = None
    price: Money | None = None
    notes: Text = ""
    commission: Money | None = None
    sales_agent_id: UUID | None = None
    portal_id: UUID | None = None
    external_id: Line = ""
    tags: Tags = []


class Itinerary(Message):
    """A trip with its services in order of time. `public_url` until the link is withdrawn.

    `history` has the last fifty steps; `balances` are of the day of `version`; `confirmed_at` is
    when it was last confirmed, and stays when it is cancelled.
    """

    id: UUID
    reference: str
    state: ItineraryState
    details: ItineraryDetails
    services: list[Service]
    public_url: str | None
    version: int
    created_at: dt.datetime
    state_since: dt.datetime | None = None
    confirmed_at: dt.datetime | None = None
    history: list[Step] = []
    instalments: list[Instalment] = []
    payments: list[Payment] = []
    balances: list[Balance] = []
    payment_incomplete: bool = False
    overbookings: list[Overbooking] = []
    listing: Listing | None = None
    portal: Portal | None = None
    origin: Origin = Origin.ENTERED


class ItinerarySummary(Message):
    """A trip as a row of a list."""

    id: UUID
    reference: str
    state: ItineraryState
    title: str
    start: dt.date
    end: dt.date
    lead_guest: str | None
    price: Money | None
    services: int
    created_at: dt.datetime | None = None
    state_since: dt.datetime | None = None
    listing_id: UUID | None = None
    portal_id: UUID | None = None
    agent_id: UUID | None = None
    sales_agent_id: UUID | None = None
    tags: Tags = []
    payment_incomplete: bool = False
    overdue: bool = False


class ItineraryPage(Message):
    """Some trips, the latest start first; `cursor` gives the next ones."""

    itineraries: list[ItinerarySummary]
    cursor: str | None


class Trips(Interface, Protocol):
    """Trips from inquiry on."""

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def create_itinerary(
        self,
        *,
        details: ItineraryDetails,
        state: ItineraryState = ItineraryState.INQUIRY,
        services: Annotated[list[ServiceDetails], Meta(max_length=500)] = [],
        id: UUID | None = None,
    ) -> Itinerary:
        """A new trip with the next reference of the organisation.

        Invalid for an end before the start, an unknown zone, or a local date and time that is
        not a date. With an `id` that exists already nothing changes. Conflict
        `itineraries.external_id_taken` where another trip is called so by its portal.
        """
        ...

    @call(rights.READ)
    def get_itinerary(self, *, id: UUID) -> Itinerary:
        """One trip. NotFound `itineraries.not_found`."""
        ...

    @call(rights.READ)
    def find_itinerary(self, *, reference: Line) -> Itinerary:
        """The trip with this reference, whatever its case. NotFound `itineraries.not_found`."""
        ...

    @call(rights.READ)
    def list_itineraries(
        self,
        *,
        state: ItineraryState | None = None,
        q: Line | None = None,
        stay_from: dt.date | None = None,
        stay_to: dt.date | None = None,
        listing_id: UUID | None = None,
        portal_id: UUID | None = None,
        agent_id: UUID | None = None,
        sales_agent_id: UUID | None = None,
        tag: Tag | None = None,
        currency: Currency | None = None,
        price_from: Minor | None = None,
        price_to: Minor | None = None,
        created_from: Moment | None = None,
        created_to: Moment | None = None,
        payment_incomplete: bool | None = None,
        overdue: bool | None = None,
        overbooked: bool | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> ItineraryPage:
        """Trips, the latest start first; `q` is looked for in reference, title and guests.

        All filters hold at once. `agent_id` finds the trips of whoever was merged into him too.
        The stay has a day from `stay_from` to `stay_to`, both included; prices are in minor units
        of `currency`, which they need; creation is from (included) to (not included) a moment.
        """
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def update_itinerary(self, *, id: UUID, version: int, details: ItineraryDetails) -> Itinerary:
        """Replace the details. Stale `itineraries.changed` when `version` is old; Conflict
        `itineraries.external_id_taken` where another trip is called so by its portal."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def set_state(
        self, *, id: UUID, version: int, state: ItineraryState, reason: Line = ""
    ) -> Itinerary:
        """Move the trip on. Conflict `itineraries.transition` where that step is not allowed."""
        ...

    @call(rights.READ)
    def itinerary_history(self, *, id: UUID) -> list[Step]:
        """Every step that the trip took, the first one first. NotFound `itineraries.not_found`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def set_sales_agent(self, *, id: UUID, version: int, sales_agent_id: UUID | None) -> Itinerary:
        """Give the sale to a user, or to nobody (mission E5)."""
        ...


@event("itinerary.changed", source="itineraries")
class ItineraryChanged(Event):
    """A trip, whole, after a change. An older `itinerary.version` is to be ignored."""

    itinerary: Itinerary
