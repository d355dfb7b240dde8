"""The trips of some weeks before and after today: who travels, where, in which state."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace

from contracts.common import Money
from contracts.itineraries import (
    Guest,
    ItineraryDetails,
    Listing,
    ServiceKind,
)
from contracts.itineraries import ItineraryState as State
from contracts.itineraries import ServiceState as Said

from .households import Shape
from .model import Person, Planned, Trip
from .people import Party, Society
from .planning import House, Itinerary, plan
from .regions import REGIONS
from .regions.region import stay
from .routes import Slot, slots
from .seeding import dice, numbered

_MARGIN = 1.22


@dataclass(frozen=True, slots=True)
class Journey:
    """A trip with who stands behind it."""

    slot: Slot
    trip: Trip
    party: Party
    lead: Person
    agent: Person | None


def journeys(seed: int, today: dt.date, society: Society) -> list[Journey]:
    """All trips, by their start; the first parties have travelled with us before."""
    people = {person.id: person for person in society.people}
    rented: dict[UUID, set[int]] = {}
    made = []
    for slot in slots(seed):
        party = society.parties[slot.number % len(society.parties)]
        throw = dice(seed, "trip", slot.number)
        lead = people[party.contact_ids[party.household.travellers[0].name]]
        agent = _agent(throw, party, society.agents)
        trip = _trip(seed, throw, slot, today, party, agent, society, rented)
        made.append(Journey(slot, trip, party, lead, agent))
    return made


def _agent(throw: random.Random, party: Party, agents: Sequence[Person]) -> Person | None:
    if party.household.shape is Shape.GROUP:
        return agents[2]
    return throw.choice(agents) if throw.random() < 0.2 else None


def _trip(
    seed: int,
    throw: random.Random,
    slot: Slot,
    today: dt.date,
    party: Party,
    agent: Person | None,
    society: Society,
    rented: dict[UUID, set[int]],
) -> Trip:
    household = party.household
    start = today + dt.timedelta(days=slot.start)
    end = start + dt.timedelta(days=slot.route.nights)
    zone = REGIONS[slot.route.legs[0][0]].zone
    listing = _listing(throw, slot, len(household.travellers), society, rented)
    itinerary = Itinerary(throw, household, society.suppliers)
    house = _whole(listing, society.owners[listing.id]) if listing else None
    plan(itinerary, slot.route.legs, start, house)
    services = itinerary.services
    if slot.state is State.INQUIRY:
        services = [each for each in services if each.kind is not ServiceKind.TRANSFER][:2]
    # A supplier answers once for all that is ordered for a trip.
    said = {each: _said(throw, slot) for each in dict.fromkeys(s.supplier_id for s in services)}
    price = int(round(itinerary.cost * _MARGIN, -1))
    return Trip(
        id=numbered(seed, "trip", slot.number),
        state=slot.state,
        details=ItineraryDetails(
            title=f"{household.label}: {slot.route.title}",
            start=start,
            end=end,
            zone=zone,
            guests=[
                Guest(
                    name=each.name,
                    contact_id=party.contact_ids.get(each.name),
                    lead=number == 0,
                )
                for number, each in enumerate(household.travellers)
            ],
            agent_id=agent.id if agent else None,
            listing_id=listing.id if listing else None,
            language=household.culture.language,
            price=None
            if slot.state is State.INQUIRY
            else Money(amount=price * 100, currency="EUR"),
            notes=throw.choice(_NOTES),
        ),
        services=[
            Planned(
                id=numbered(seed, "service", slot.number, each.name),
                details=replace(each, state=said[each.supplier_id]),
            )
            for each in services
        ],
    )


_NOTES = (
    "",
    "",
    "",
    "Asked for a quiet room in every house.",
    "They found us through a newspaper article.",
    "Wants all vouchers on paper as well.",
    "Do not call before noon: different time zone.",
)


def _listing(
    throw: random.Random,
    slot: Slot,
    guests: int,
    society: Society,
    rented: dict[UUID, set[int]],
) -> Listing | None:
    """One of our own houses for some trips, where it is free all these nights."""
    listing = society.listings.get(slot.route.legs[0][0])
    if listing is None or len(slot.route.legs) > 1 or guests > 6 or throw.random() > 0.4:
        return None
    nights = set(range(slot.start, slot.start + slot.route.nights))
    taken = rented.setdefault(listing.id, set())
    if taken & nights:
        return None
    if slot.state is not State.CANCELLED:
        taken |= nights
    return listing


def _whole(listing: Listing, owner: Person) -> House:
    offer = stay(
        f"{listing.name}, whole house",
        "Holiday house; linen, firewood and a welcome basket included.",
        listing.name,
        listing.address,
        210,
    )
    return House(offer, owner, whole=True)


def _said(throw: random.Random, slot: Slot) -> Said:
    """What the supplier has said by now: the nearer the day, the more is settled."""
    if slot.state is State.CANCELLED:
        return Said.CANCELLED
    if slot.state in (State.INQUIRY, State.PROPOSED):
        return Said.PLANNED
    if slot.state is not State.CONFIRMED or slot.start <= 3:
        return Said.CONFIRMED
    if slot.start <= 15:
        return throw.choice((Said.CONFIRMED, Said.CONFIRMED, Said.CONFIRMED, Said.REQUESTED))
    likely = (Said.CONFIRMED, Said.REQUESTED, Said.PLANNED)
    return throw.choice((*likely, *likely, Said.DECLINED))
