"""Overbookings against a model that compares every two trips."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.itineraries import (
    ItineraryDetails,
    ItineraryState,
    OverbookingFound,
    OverbookingResolved,
)
from contracts.notifications import NotificationRaised
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Unauthenticated
from itineraries.domain.states import OCCUPYING

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9))
MAY = dt.date(2026, 5, 1)
TRIP = ItineraryDetails(title="Stay", start=MAY, end=MAY, zone="Europe/Madrid")
State = ItineraryState


def day(number: int) -> dt.date:
    return MAY + dt.timedelta(days=number)


@dataclass
class Model:
    """The trips as they should be, and what was told of them."""

    trips: dict[UUID, Any] = field(default_factory=dict)

    def overbooked(self) -> set[tuple[frozenset[UUID], dt.date, dt.date]]:
        """Every two trips that have a night of one listing, by counting nights."""
        found = set()
        for one, other in itertools.combinations(self.trips.values(), 2):
            if one.details.listing_id is None or one.details.listing_id != other.details.listing_id:
                continue
            if not {one.state, other.state} <= OCCUPYING:
                continue
            nights = [
                {day(n) for n in range(20) if each.details.start <= day(n) < each.details.end}
                for each in (one, other)
            ]
            common = sorted(nights[0] & nights[1])
            if common:
                after = common[-1] + dt.timedelta(days=1)
                found.add((frozenset({one.id, other.id}), common[0], after))
        return found


def told(desk: Any) -> set[tuple[frozenset[UUID], dt.date, dt.date]]:
    """The overbookings that are open after everything that was told."""
    last: dict[UUID, Any] = {}
    for event in desk.told():
        if isinstance(event, OverbookingFound | OverbookingResolved):
            found = event.overbooking
            assert found.id not in last or last[found.id].version < found.version
            assert isinstance(event, OverbookingResolved) == (found.resolved_at is not None)
            last[found.id] = found
    return {pair(each) for each in last.values() if each.resolved_at is None}


def pair(found: Any) -> tuple[frozenset[UUID], dt.date, dt.date]:
    return frozenset(stay.itinerary_id for stay in found.stays), found.start, found.end


changes = st.lists(
    st.tuples(
        st.integers(0, 3),  # which trip
        st.sampled_from(["move", "list", *State]),
        st.integers(0, 6),
        st.integers(0, 4),
        st.sampled_from([0, 1, None]),
    ),
    max_size=14,
)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(changes)
def test_any_changes_leave_what_the_model_finds(
    new_desk: Callable[[], Any], steps: list[tuple[int, Any, int, int, int | None]]
) -> None:
    desk, model = new_desk(), Model()
    with acting(PERSON):
        listings = [
            desk.client.create_listing(name=str(n), address="", zone="UTC").id for n in range(2)
        ]
        made = [
            desk.client.create_itinerary(
                details=replace(TRIP, listing_id=listings[0], start=day(n), end=day(n + 2)),
                state=State.CONFIRMED if n < 2 else State.INQUIRY,
            )
            for n in range(4)
        ]
        model.trips = {trip.id: trip for trip in made}
        for number, action, start, nights, listing in steps:
            trip = model.trips[made[number].id]
            call = {"id": trip.id, "version": trip.version}
            try:
                if isinstance(action, State):
                    trip = desk.client.set_state(**call, state=action)
                else:
                    own = None if listing is None else listings[listing]
                    moved = {"start": day(start), "end": day(start + nights)}
                    details = (
                        replace(trip.details, **moved)
                        if action == "move"
                        else replace(trip.details, listing_id=own)
                    )
                    trip = desk.client.update_itinerary(**call, details=details)
            except Conflict:
                continue
            model.trips[trip.id] = trip
            assert {pair(found) for found in trip.overbookings} == {
                each for each in model.overbooked() if trip.id in each[0]
            }
            expected = model.overbooked()
            listed = desk.client.list_overbookings().overbookings
            assert {pair(found) for found in listed} == expected
            assert told(desk) == expected
    desk.close()


def test_what_is_found_is_shown_and_resolved(desk: Any) -> None:
    with acting(PERSON):
        casa = desk.client.create_listing(name="Casa", address="", zone="UTC").id
        stay = replace(TRIP, listing_id=casa, start=day(0), end=day(3))
        one = desk.client.create_itinerary(details=stay, state=State.CONFIRMED)
        next_ = replace(stay, start=day(3), end=day(5))
        desk.client.create_itinerary(details=next_, state=State.CONFIRMED)
        assert one.overbookings == []
        two = desk.client.create_itinerary(details=replace(stay, start=day(2), end=day(3)))
        assert two.overbookings == []
        two = desk.client.set_state(id=two.id, version=1, state=State.CONFIRMED)
        [found] = two.overbookings
        assert (found.start, found.end, found.listing_id) == (day(2), day(3), casa)
        assert desk.client.get_itinerary(id=one.id).overbookings == [found]
        assert desk.client.list_overbookings(listing_id=casa).overbookings == [found]
        assert desk.client.list_overbookings(listing_id=one.id).overbookings == []
        rows = desk.client.list_itineraries(overbooked=True).itineraries
        assert {row.id for row in rows} == {one.id, two.id}
        assert len(desk.client.list_itineraries(overbooked=False).itineraries) == 1
        notices = [each for each in desk.told() if isinstance(each, NotificationRaised)]
        assert [each.dedupe_key for each in notices] == [f"overbooked:{found.id}"]
        desk.client.set_state(id=one.id, version=1, state=State.CANCELLED)
        assert desk.client.list_overbookings().overbookings == []
        [over] = desk.client.list_overbookings(resolved=True).overbookings
        assert (over.id, over.version, over.resolved_at is None) == (found.id, 2, False)
        with acting(Context(role=Role.OWNER, organisation=THEIRS)):
            assert desk.client.list_overbookings(resolved=True).overbookings == []
        with acting(Context()), pytest.raises(Unauthenticated):
            desk.client.list_overbookings()


def test_an_overbooking_that_comes_back_is_another(desk: Any) -> None:
    with acting(PERSON):
        casa = desk.client.create_listing(name="Casa", address="", zone="UTC").id
        stay = replace(TRIP, listing_id=casa, end=day(2))
        desk.client.create_itinerary(details=stay, state=State.CONFIRMED)
        trip = desk.client.create_itinerary(details=stay, state=State.CONFIRMED)
        later = replace(stay, start=day(5), end=day(7))
        for details in (later, stay):
            trip = desk.client.update_itinerary(id=trip.id, version=trip.version, details=details)
        assert len(desk.client.list_overbookings().overbookings) == 1
        assert len(desk.client.list_overbookings(resolved=True).overbookings) == 1
