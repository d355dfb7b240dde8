"""What is planned in trips."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.itineraries import (
    ConciergeDay,
    Itinerary,
    Service,
    ServiceDetails,
    ServiceKind,
    ServiceState,
    ServiceStep,
)
from fairlead.errors import Invalid
from fairlead.service import rpc
from fairlead.store import new_id

from .. import finding, planning, views
from ..domain import calendar
from ..domain.search import words
from ..store import concierge, merges
from ..store import trips as store
from .changing import Changing

MOST_DAYS = 62
MOST_STEPS = 1000  # of a history: nobody reads on
MOST_SERVICES = 5000  # of a calendar: more than a screen shows, less than a message may hold


class Planning(Changing):
    """What is planned in trips."""

    @rpc
    def add_service(
        self, *, itinerary_id: UUID, details: ServiceDetails, id: UUID | None
    ) -> Service:
        """Plan a service."""
        new = id or new_id()
        trip = self._change(
            lambda session: planning.add_service(session, itinerary_id, new, details)
        )
        return _service_in(trip, new)

    @rpc
    def update_service(self, *, id: UUID, version: int, details: ServiceDetails) -> Service:
        """Replace a service's details."""
        trip = self._change(lambda session: planning.update_service(session, id, version, details))
        return _service_in(trip, id)

    @rpc
    def remove_service(self, *, id: UUID, version: int) -> None:
        """Take a service out of the plan."""
        self._change(lambda session: planning.remove_service(session, id, version))

    @rpc
    def set_service_state(
        self, *, id: UUID, version: int, state: ServiceState, reason: str
    ) -> Service:
        """Move a service on."""
        trip = self._change(lambda session: planning.set_state(session, id, version, state, reason))
        return _service_in(trip, id)

    @rpc
    def service_history(self, *, id: UUID) -> list[ServiceStep]:
        """The steps of a service."""
        with self.store.reading() as session:
            found = finding.known_service(session, id)
            steps = store.service_steps(session, found.id, MOST_STEPS)
            return [views.service_step_of(each) for each in steps]

    @rpc
    def concierge(
        self,
        *,
        start: dt.date,
        end: dt.date,
        supplier_id: UUID | None,
        state: ServiceState | None,
        listing_id: UUID | None,
        kind: ServiceKind | None,
        q: str | None,
    ) -> list[ConciergeDay]:
        """The services of the days from `start` to `end`."""
        calendar.check_days(start, end, MOST_DAYS)
        with self.store.reading() as session:
            rows = concierge.services(
                session,
                start,
                end,
                suppliers=None if supplier_id is None else merges.made_of(session, supplier_id),
                state=state,
                listing_id=listing_id,
                kind=kind,
                words=words(q or ""),
                most=MOST_SERVICES + 1,
            )
            found = [views.concierge_service(*row) for row in rows]
        if len(found) > MOST_SERVICES:
            reason = f"more than {MOST_SERVICES} services: ask for fewer days"
            raise Invalid.field("itineraries.invalid", "end", reason)
        return calendar.by_day(start, end, found)


def _service_in(trip: Itinerary, id: UUID) -> Service:
    return next(service for service in trip.services if service.id == id)
