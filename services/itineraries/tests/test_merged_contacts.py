"""Trips of contacts that are one now are asked for as one, through the door, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any
from uuid import UUID

import msgspec
import pytest

from contracts.contacts import Contact, ContactMerged, ContactUnmerged
from contracts.itineraries import Itineraries, ItineraryDetails, ServiceDetails, ServiceKind
from contracts.samples import sample
from fairlead.context import Context, Role, acting
from itineraries.store import merges

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
DAY = dt.date(2027, 3, 2)
SOL, MAR, LUA = (UUID(int=number) for number in (21, 22, 23))
FIRST, SECOND = UUID(int=101), UUID(int=102)


@pytest.fixture
def trips(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        plan(desk.client)
        yield desk.client


def plan(trips: Itineraries) -> None:
    """A trip of each as agent, with a service of his."""
    for id in (SOL, MAR, LUA):
        service = ServiceDetails(
            kind=ServiceKind.TRANSFER, name="Boat", date=DAY, zone="Europe/Lisbon", supplier_id=id
        )
        details = ItineraryDetails(
            title="Azores", start=DAY, end=DAY, zone="Europe/Lisbon", agent_id=id
        )
        trips.create_itinerary(details=details, services=[service])


def seen(trips: Itineraries, id: UUID) -> set[UUID]:
    """Whose trips and services are found where this contact's are asked for."""
    agents = {each.agent_id for each in trips.list_itineraries(agent_id=id).itineraries}
    [day] = trips.concierge(start=DAY, end=DAY, supplier_id=id)
    assert agents == {each.service.details.supplier_id for each in day.services}
    assert None not in agents
    return {each for each in agents if each is not None}


def merged(merge: UUID, gone: UUID, survivor: UUID) -> ContactMerged:
    return ContactMerged(merge_id=merge, merged_id=gone, contact=person(survivor))


def unmerged(merge: UUID, gone: UUID, survivor: UUID) -> ContactUnmerged:
    return ContactUnmerged(merge_id=merge, merged=person(gone), contact=person(survivor))


def person(id: UUID) -> Contact:
    contact: Contact = sample(Contact)
    return msgspec.structs.replace(contact, id=id)


def test_what_was_of_one_is_the_survivors_and_again_its_own(trips: Itineraries, desk: Any) -> None:
    for _ in range(2):  # told twice
        desk.hear(merged(FIRST, SOL, MAR))
        desk.hear(merged(SECOND, MAR, LUA))
    assert seen(trips, LUA) == {SOL, MAR, LUA}
    assert seen(trips, MAR) == {SOL, MAR}
    with acting(msgspec.structs.replace(PERSON, organisation=THEIRS)):
        plan(trips)
        assert seen(trips, LUA) == {LUA}
    for _ in range(2):
        desk.hear(unmerged(SECOND, MAR, LUA))
    assert (seen(trips, LUA), seen(trips, MAR)) == ({LUA}, {SOL, MAR})
    desk.hear(unmerged(FIRST, SOL, MAR))
    assert seen(trips, MAR) == {MAR}
    [mars] = trips.list_itineraries(agent_id=MAR).itineraries
    assert mars.agent_id == MAR


def test_merges_may_be_heard_of_in_any_order(new_desk: Callable[[], Any]) -> None:
    desk = new_desk()
    events = [
        merged(FIRST, SOL, MAR),
        unmerged(FIRST, SOL, MAR),
        merged(SECOND, MAR, SOL),
        merged(UUID(int=103), SOL, LUA),
    ]
    for number, order in enumerate(permutations(events)):
        with acting(msgspec.structs.replace(PERSON, organisation=UUID(int=1000 + number))):
            for event in order:
                desk.hear(event)
            with desk.service.store.reading() as session:
                assert merges.made_of(session, LUA) == [SOL, MAR, LUA]
                assert merges.made_of(session, MAR) == [MAR]
    desk.close()
