"""Many callers at once: references differ, edits of services hold, and a stale edit is told."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import UUID, uuid4

from msgspec.structs import replace

from contracts.itineraries import (
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Service,
    ServiceDetails,
    ServiceKind,
)
from fairlead.context import acting, service_context
from fairlead.errors import Failure, Stale

T = TypeVar("T")
OURS = UUID(int=1)
CALLERS = 12
DAY = dt.date(2026, 5, 1)
TRIP = ItineraryDetails(title="Galicia", start=DAY, end=DAY, zone="Europe/Madrid")
TOUR = ServiceDetails(kind=ServiceKind.TOUR, name="Walk", date=DAY, zone="Europe/Madrid")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | Failure]:
    """What each call answered or how it failed, all of them begun in one moment."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Failure:
        with acting(service_context(OURS)):
            start.wait(10)
            try:
                return call()
            except Failure as failure:
                return failure

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_no_reference_is_given_twice(desk: Any) -> None:
    def create() -> Itinerary:
        trip: Itinerary = desk.client.create_itinerary(details=TRIP, services=[TOUR])
        return trip

    made = [trip for _ in range(5) for trip in at_once([create] * CALLERS)]
    references = [trip.reference for trip in made if isinstance(trip, Itinerary)]
    assert len(set(references)) == len(made) == 5 * CALLERS
    assert sorted(int(each[-4:]) for each in references) == list(range(1, 5 * CALLERS + 1))


def test_one_request_repeated_at_once_makes_one_trip(desk: Any) -> None:
    for _ in range(5):
        wanted = uuid4()

        def create(id: UUID = wanted) -> Itinerary:
            trip: Itinerary = desk.client.create_itinerary(details=TRIP, id=id)
            return trip

        made = at_once([create] * 4)
        assert len({trip.reference for trip in made if isinstance(trip, Itinerary)}) == 1
        assert all(isinstance(trip, Itinerary) for trip in made)
    assert len(desk.told()) == 5


def test_services_of_one_trip_are_edited_at_once(desk: Any) -> None:
    with acting(service_context(OURS)):
        trip = desk.client.create_itinerary(details=TRIP, services=[TOUR] * CALLERS)

    def edit(number: int) -> Callable[[], Service]:
        service = trip.services[number]
        return lambda: desk.client.update_service(
            id=service.id, version=1, details=replace(TOUR, pax=number + 2)
        )

    edited = at_once([edit(number) for number in range(CALLERS)])
    assert all(isinstance(service, Service) for service in edited), edited
    with acting(service_context(OURS)):
        found = desk.client.get_itinerary(id=trip.id)
    assert sorted(service.details.pax for service in found.services) == list(range(2, CALLERS + 2))
    assert found.version == 1 + CALLERS
    versions = [event.itinerary.version for event in desk.told()]
    assert sorted(versions) == list(range(1, CALLERS + 2))
    assert max(desk.told(), key=lambda event: event.itinerary.version).itinerary == found


def test_of_many_edits_of_one_version_one_holds(desk: Any) -> None:
    with acting(service_context(OURS)):
        trip = desk.client.create_itinerary(details=TRIP, services=[TOUR])

    def rename(number: int) -> Callable[[], Itinerary]:
        details = replace(TRIP, title=f"Galicia {number}")
        return lambda: desk.client.update_itinerary(id=trip.id, version=1, details=details)

    def replan(number: int) -> Callable[[], Service]:
        return lambda: desk.client.update_service(
            id=trip.services[0].id, version=1, details=replace(TOUR, pax=number + 2)
        )

    renamed = Counter(type(each) for each in at_once([rename(n) for n in range(CALLERS)]))
    assert renamed == {Itinerary: 1, Stale: CALLERS - 1}
    replanned = Counter(type(each) for each in at_once([replan(n) for n in range(CALLERS)]))
    assert replanned == {Service: 1, Stale: CALLERS - 1}


def test_a_step_is_taken_once(desk: Any) -> None:
    with acting(service_context(OURS)):
        trip = desk.client.create_itinerary(details=TRIP)

    def step(state: ItineraryState) -> Callable[[], Itinerary]:
        return lambda: desk.client.set_state(id=trip.id, version=1, state=state)

    wishes = [ItineraryState.CONFIRMED, ItineraryState.CANCELLED] * (CALLERS // 2)
    taken = Counter(type(each) for each in at_once([step(state) for state in wishes]))
    assert taken == {Itinerary: 1, Stale: CALLERS - 1}


def test_of_many_who_book_one_night_at_once_every_two_are_found(desk: Any) -> None:
    with acting(service_context(OURS)):
        casa = desk.client.create_listing(name="Casa", address="", zone="UTC")
    stay = replace(TRIP, listing_id=casa.id, end=DAY + dt.timedelta(days=2))

    def book() -> Itinerary:
        trip: Itinerary = desk.client.create_itinerary(details=stay, state=ItineraryState.CONFIRMED)
        return trip

    booked = at_once([book] * 6)
    assert all(isinstance(each, Itinerary) for each in booked), booked
    with acting(service_context(OURS)):
        asked = [desk.client.create_itinerary(details=stay) for _ in range(4)]
        assert len(desk.client.list_overbookings(limit=200).overbookings) == 15

    def confirm(trip: Itinerary) -> Callable[[], Itinerary]:
        return lambda: desk.client.set_state(id=trip.id, version=1, state=ItineraryState.CONFIRMED)

    confirmed = at_once([confirm(trip) for trip in asked])
    assert all(isinstance(each, Itinerary) for each in confirmed), confirmed
    with acting(service_context(OURS)):
        assert len(desk.client.list_overbookings(limit=200).overbookings) == 45

    def cancel(trip: Any) -> Callable[[], Itinerary]:
        return lambda: desk.client.set_state(
            id=trip.id, version=trip.version, state=ItineraryState.CANCELLED
        )

    at_once([cancel(trip) for trip in (*booked, *confirmed[:3])])
    with acting(service_context(OURS)):
        assert desk.client.list_overbookings(limit=200).overbookings == []
        assert len(desk.client.list_overbookings(resolved=True, limit=200).overbookings) == 45
