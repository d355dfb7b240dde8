"""Trips from inquiry on."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.itineraries import (
    Itinerary,
    ItineraryDetails,
    ItineraryPage,
    ItineraryState,
    ServiceDetails,
    Step,
)
from fairlead.service import AdminRoutes, loop, rpc
from fairlead.store.search import catching_up, query_words
from fairlead.store.search.admin import offer

from .. import finding, trips, views
from ..domain import filters, references, tags
from ..store import lists, merges
from ..store import trips as store
from .changing import Changing

MOST_STEPS = 1000  # of a history: nobody reads on


class Trips(Changing):
    """Trips from inquiry on."""

    search_admin = AdminRoutes(offer("itineraries", [store.ItineraryRow]))

    @rpc
    def create_itinerary(
        self,
        *,
        details: ItineraryDetails,
        state: ItineraryState,
        services: list[ServiceDetails],
        id: UUID | None,
    ) -> Itinerary:
        """A new trip with the next reference of the organisation."""
        return self._change(lambda session: trips.create(session, id, details, state, services))

    @rpc
    def get_itinerary(self, *, id: UUID) -> Itinerary:
        """One trip."""
        with self.store.reading() as session:
            return self._told(session, finding.trip(session, id))

    @rpc
    def find_itinerary(self, *, reference: str) -> Itinerary:
        """The trip with this reference."""
        wanted = references.normal(reference)
        with self.store.reading() as session:
            row = store.find_by_reference(session, wanted)
            if row is None:
                raise references.not_found()
            return self._told(session, row)

    @rpc
    def list_itineraries(
        self,
        *,
        state: ItineraryState | None,
        q: str | None,
        stay_from: dt.date | None,
        stay_to: dt.date | None,
        listing_id: UUID | None,
        portal_id: UUID | None,
        agent_id: UUID | None,
        sales_agent_id: UUID | None,
        tag: str | None,
        currency: str | None,
        price_from: int | None,
        price_to: int | None,
        created_from: dt.datetime | None,
        created_to: dt.datetime | None,
        payment_incomplete: bool | None,
        overdue: bool | None,
        overbooked: bool | None,
        cursor: str | None,
        limit: int,
    ) -> ItineraryPage:
        """Trips, the latest start first."""
        filters.check_prices(currency, price_from, price_to)
        now = dt.datetime.now(dt.UTC)
        with self.store.reading() as session:
            wanted = lists.Wanted(
                words=query_words(q or ""),
                state=state,
                stay_from=stay_from,
                stay_to=stay_to,
                listing_id=listing_id,
                portal_id=portal_id,
                agents=None if agent_id is None else merges.made_of(session, agent_id),
                sales_agent_id=sales_agent_id,
                tag=None if tag is None else tags.key(tag),
                currency=currency,
                price_from=price_from,
                price_to=price_to,
                created_from=created_from,
                created_to=created_to,
                payment_incomplete=payment_incomplete,
                overdue=overdue,
                overbooked=overbooked,
                now=now,
            )
            found = lists.listed(session, wanted, cursor=cursor, limit=limit)
            rows = [views.summary_of(row, now) for row in found.items]
            return ItineraryPage(itineraries=rows, cursor=found.next)

    @loop(every=60.0)
    def index_what_is_not_yet(self) -> bool:
        """Bring what was there before the words index into it."""
        return catching_up.step(self.store, [store.ItineraryRow])

    @rpc
    def update_itinerary(self, *, id: UUID, version: int, details: ItineraryDetails) -> Itinerary:
        """Replace the details."""
        return self._change(lambda session: trips.update(session, id, version, details))

    @rpc
    def set_state(self, *, id: UUID, version: int, state: ItineraryState, reason: str) -> Itinerary:
        """Move the trip on."""
        return self._change(lambda session: trips.set_state(session, id, version, state, reason))

    @rpc
    def itinerary_history(self, *, id: UUID) -> list[Step]:
        """Every step that the trip took."""
        with self.store.reading() as session:
            row = finding.trip(session, id)
            return [views.step_of(each) for each in store.steps(session, row.id, MOST_STEPS)]

    @rpc
    def set_sales_agent(self, *, id: UUID, version: int, sales_agent_id: UUID | None) -> Itinerary:
        """Give the sale to a user, or to nobody."""
        return self._change(lambda session: trips.assign(session, id, version, sales_agent_id))
