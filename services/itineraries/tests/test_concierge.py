"""The calendar's filters, and where services stand."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.itineraries import (
    Itineraries,
    ItineraryDetails,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, NotFound, Stale, Unauthenticated
from itineraries.domain.states import SERVICE_STEPS, check_service_step

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Inês")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS)
MAY = dt.date(2026, 5, 1)
WALK = ServiceDetails(
    kind=ServiceKind.TOUR, name="Walk", date=MAY, time=dt.time(9), zone="Europe/Lisbon"
)
State = ServiceState


@pytest.fixture
def itineraries(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


@given(st.lists(st.sampled_from(State), max_size=12))
def test_a_service_goes_where_it_may_and_never_gets_stuck(wishes: list[State]) -> None:
    at = State.PLANNED
    for wish in wishes:
        if wish is at or wish in SERVICE_STEPS[at]:
            check_service_step(at, wish)
            at = wish
        else:
            with pytest.raises(Conflict) as caught:
                check_service_step(at, wish)
            assert set(caught.value.details["allowed"]) == {s.value for s in SERVICE_STEPS[at]}
    reached, ahead = {at}, [at]
    while ahead:
        ahead = [s for each in ahead for s in SERVICE_STEPS[each] if s not in reached]
        reached.update(ahead)
    assert reached == set(State)


def test_filters_of_the_calendar_hold_at_once(itineraries: Itineraries) -> None:
    casa = itineraries.create_listing(name="Casa", address="", zone="UTC")
    details = ItineraryDetails(title="Família Costa", start=MAY, end=MAY, zone="UTC")
    planned = [
        replace(
            WALK,
            name=f"{kind.value} {number}",
            kind=kind,
            state=state,
            place="São Bento",
            supplier_id=UUID(int=30) if number else None,
            supplier_name="Lisboa a Pé" if number else "",
        )
        for number, (kind, state) in enumerate(
            itertools.product([ServiceKind.TOUR, ServiceKind.MEAL], [State.PLANNED, State.DONE])
        )
    ]
    ours = itineraries.create_itinerary(
        details=replace(details, listing_id=casa.id), services=planned
    )
    other = itineraries.create_itinerary(
        details=replace(details, title="Other"), services=[replace(WALK, name="Boat")]
    )

    def found(**filters: Any) -> set[str]:
        [day] = itineraries.concierge(start=MAY, end=MAY, **filters)
        return {each.service.details.name for each in day.services}

    names = [each.name for each in planned]
    assert found() == {*names, "Boat"}
    assert found(listing_id=casa.id) == set(names)
    assert found(listing_id=uuid4()) == set()
    assert found(kind=ServiceKind.MEAL) == set(names[2:])
    assert found(kind=ServiceKind.TOUR, state=State.DONE) == {names[1]}
    assert found(q="sao bento") == set(names)
    assert found(q="lisboa pe") == set(names[1:])
    assert found(q="familia walk") == set()
    assert found(q="FAMILIA meal") == set(names[2:])
    assert found(q=ours.reference) == set(names)
    assert found(q=other.reference, kind=ServiceKind.TOUR) == {"Boat"}
    assert found(q="100%") == set()
    assert found(supplier_id=UUID(int=30), state=State.PLANNED) == {names[2]}


def test_a_service_is_moved_on_and_its_history_kept(itineraries: Itineraries, desk: Any) -> None:
    details = ItineraryDetails(title="Trip", start=MAY, end=MAY, zone="UTC")
    trip = itineraries.create_itinerary(details=details, services=[WALK])
    [walk] = trip.services
    asked = itineraries.set_service_state(
        id=walk.id, version=1, state=State.REQUESTED, reason=" by mail "
    )
    assert (asked.details.state, asked.version) == (State.REQUESTED, 2)
    same = itineraries.set_service_state(id=walk.id, version=2, state=State.REQUESTED)
    assert same == asked
    with pytest.raises(Conflict) as caught:
        itineraries.set_service_state(id=walk.id, version=2, state=State.DONE)
    assert caught.value.code == "itineraries.service_transition"
    with pytest.raises(Conflict):
        itineraries.update_service(
            id=walk.id, version=2, details=replace(asked.details, state=State.DONE)
        )
    itineraries.update_service(
        id=walk.id, version=2, details=replace(asked.details, state=State.CONFIRMED)
    )
    itineraries.set_service_state(id=walk.id, version=3, state=State.DONE)
    with pytest.raises(Stale):
        itineraries.set_service_state(id=walk.id, version=3, state=State.CONFIRMED)
    steps = itineraries.service_history(id=walk.id)
    assert [(step.before, step.after, step.reason) for step in steps] == [
        (None, State.PLANNED, ""),
        (State.PLANNED, State.REQUESTED, "by mail"),
        (State.REQUESTED, State.CONFIRMED, ""),
        (State.CONFIRMED, State.DONE, ""),
    ]
    assert {step.user_name for step in steps} == {"Inês"}
    assert itineraries.get_itinerary(id=trip.id).version == 4
    assert [event.itinerary.version for event in desk.told()] == [1, 2, 3, 4]


def test_strangers_and_nobody_move_no_service(itineraries: Itineraries) -> None:
    details = ItineraryDetails(title="Trip", start=MAY, end=MAY, zone="UTC")
    [walk] = itineraries.create_itinerary(details=details, services=[WALK]).services
    for method, arguments in (
        ("set_service_state", {"id": walk.id, "version": 1, "state": State.CONFIRMED}),
        ("service_history", {"id": walk.id}),
    ):
        with acting(STRANGER), pytest.raises(NotFound):
            getattr(itineraries, method)(**arguments)
        with acting(Context()), pytest.raises(Unauthenticated):
            getattr(itineraries, method)(**arguments)
