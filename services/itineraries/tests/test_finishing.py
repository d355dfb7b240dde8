"""Trips that are over, finished once by whoever comes first."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.itineraries import (
    ItineraryChanged,
    ItineraryDetails,
    ItineraryState,
    OverbookingResolved,
)
from fairlead.context import Context, Role, acting
from fairlead.local_time import ended, today
from itineraries import trips
from itineraries.trips import OVER

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
STRANGER = Context(role=Role.USER, organisation=THEIRS, user=UUID(int=8))
NOW = dt.datetime.now(dt.UTC)
ZONES = ["Pacific/Kiritimati", "Europe/Lisbon", "Pacific/Pago_Pago"]
TRIP = ItineraryDetails(title="Stay", start=NOW.date(), end=NOW.date(), zone="UTC")
State = ItineraryState


def ago(days: int, zone: str = "UTC", nights: int = 3) -> ItineraryDetails:
    """A stay that ended so many days ago in its zone."""
    end = today(NOW, zone) - dt.timedelta(days=days)
    return replace(TRIP, start=end - dt.timedelta(days=nights), end=end, zone=zone)


def test_a_trip_is_finished_once_its_last_day_has_ended_where_it_is(desk: Any) -> None:
    with acting(PERSON):
        made = [
            desk.client.create_itinerary(details=ago(days, zone), state=state)
            for zone in ZONES
            for days in (0, 1, 9)
            for state in State
        ]
    with acting(STRANGER):
        theirs = desk.client.create_itinerary(details=ago(1), state=State.IN_PROGRESS)
    begun = len(desk.told())
    desk.service.finish_what_is_over()
    told = [each.itinerary for each in desk.told()[begun:]]
    with acting(PERSON):
        for trip in made:
            found = desk.client.get_itinerary(id=trip.id)
            over = ended(trip.details.end, trip.details.zone) <= NOW
            if not over or trip.state not in (State.CONFIRMED, State.IN_PROGRESS):
                assert found == trip
                continue
            assert found in told
            assert found.state is State.FINISHED
            steps = [(step.after, step.user_id, step.reason) for step in found.history[1:]]
            assert steps[-1] == (State.FINISHED, None, OVER)
            assert len(steps) == (2 if trip.state is State.CONFIRMED else 1)
            assert found.confirmed_at == trip.confirmed_at
    with acting(STRANGER):
        assert desk.client.get_itinerary(id=theirs.id).state is State.FINISHED
    assert not desk.service.finish_what_is_over()
    assert len(desk.told()) == begun + len(told)


def test_an_overbooking_that_is_over_is_resolved(desk: Any) -> None:
    with acting(PERSON):
        casa = desk.client.create_listing(name="Casa", address="", zone="UTC").id
        stay = replace(ago(2), listing_id=casa)
        two = [desk.client.create_itinerary(details=stay, state=State.CONFIRMED) for _ in range(2)]
        [found] = two[1].overbookings
        desk.service.finish_what_is_over()
        assert desk.client.list_overbookings().overbookings == []
        [resolved] = [each for each in desk.told() if isinstance(each, OverbookingResolved)]
        assert resolved.overbooking.id == found.id
        recorded = [each for each in desk.audited() if each.action == "itinerary.state_changed"]
        assert {each.user for each in recorded} == {None}
        assert len(recorded) == 4


def test_replicas_finish_a_trip_once(desk: Any) -> None:
    with acting(PERSON):
        ids = [
            desk.client.create_itinerary(details=ago(1), state=State.CONFIRMED).id for _ in range(6)
        ]
    begun, start = len(desk.told()), threading.Barrier(4)

    def replica(_: int) -> None:
        start.wait(10)
        desk.service.finish_what_is_over()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(replica, range(4)))
    told = [each for each in desk.told()[begun:] if isinstance(each, ItineraryChanged)]
    assert sorted(each.itinerary.id for each in told) == sorted(ids)
    assert all(len(each.itinerary.history) == 3 for each in told)


def test_one_that_breaks_keeps_no_other_waiting(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(PERSON):
        made = [
            desk.client.create_itinerary(details=ago(days), state=State.IN_PROGRESS)
            for days in (5, 1)
        ]
    finish = trips.finish

    def break_first(session: Any, id: UUID, now: dt.datetime) -> Any:
        if id == made[0].id:
            raise ZeroDivisionError
        return finish(session, id, now)

    monkeypatch.setattr(trips, "finish", break_first)
    desk.service.finish_what_is_over()
    with acting(PERSON):
        states = [desk.client.get_itinerary(id=trip.id).state for trip in made]
    assert states == [State.IN_PROGRESS, State.FINISHED]
