"""A trip as it is told, whole: its row with what belongs to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.itineraries import Itinerary, Overbooking
from fairlead.local_time import today

from . import overbooking, paying, views
from .domain import public
from .store import listings
from .store import trips as store
from .store.listings import ListingRow, PortalRow
from .store.trips import ItineraryRow, StepRow


@dataclass(frozen=True)
class Around:
    """Listings and portals by their ids, and where guests reach us."""

    public_url: str
    listings: Mapping[UUID | None, ListingRow]
    portals: Mapping[UUID | None, PortalRow]


STEPS = 50  # the last ones, that a trip carries wherever it goes


def begun(row: ItineraryRow, step: StepRow, around: Around, found: list[Overbooking]) -> Itinerary:
    """A trip that is new and has nothing yet but its own row, without asking for the rest."""
    day = today(dt.datetime.now(dt.UTC), row.details.zone)
    return views.itinerary_of(
        row,
        views.Surroundings(
            public_url=public.url(around.public_url, row.token),
            steps=[step],
            payments=[],
            balances=paying.balances(row, [], day),
            listing=around.listings.get(row.listing_id),
            overbookings=found,
            portal=around.portals.get(row.portal_id),
        ),
    )


def whole(session: Session, row: ItineraryRow, public_url: str) -> Itinerary:
    """The trip of `row`; `public_url` is where guests reach us."""
    paid = paying.payments(session, row.id)
    day = today(dt.datetime.now(dt.UTC), row.details.zone)
    around = views.Surroundings(
        public_url=public.url(public_url, row.token),
        steps=store.steps(session, row.id, STEPS),
        payments=paid,
        balances=paying.balances(row, paid, day),
        listing=None if row.listing_id is None else listings.listing(session, row.listing_id),
        overbookings=overbooking.of_trip(session, row.id),
        portal=None if row.portal_id is None else listings.portal(session, row.portal_id),
    )
    return views.itinerary_of(row, around)
