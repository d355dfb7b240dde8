"""The services of a trip: arrival, nights, something for each full day, departure."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.itineraries import ServiceDetails, ServiceKind

from . import wishes
from .households import Household
from .model import Person
from .regions import REGIONS, Company, Gate, Offer, Region, Trade

# by whether it is the first or last of the trip
_ARRIVALS = {True: ("11:40", "13:15", "14:35", "16:20"), False: ("16:30", "18:05")}
_DEPARTURES = {True: ("08:15", "10:30", "12:00", "15:45"), False: ("08:00", "08:45")}


@dataclass(frozen=True, slots=True)
class House:
    """Where guests sleep: an offer, and who is asked for it. `whole` is let as one."""

    offer: Offer
    keeper: Person
    whole: bool = False


@dataclass
class Itinerary:
    """A trip while it is being planned; `cost` in euros for all guests together."""

    throw: random.Random
    household: Household
    suppliers: Mapping[str, Person]
    services: list[ServiceDetails] = field(default_factory=list)
    cost: int = 0

    @property
    def pax(self) -> int:
        """How many travel."""
        return len(self.household.travellers)

    def add(
        self,
        zone: str,
        supplier: Person,
        offer: Offer,
        date: dt.date,
        *,
        time: str | None = None,
        notes: str = "",
        times_paid: int | None = None,
    ) -> None:
        """Plan an offer for a day; at `time` where that is not one of the offer's own."""
        chosen = time or (self.throw.choice(offer.times) if offer.times else None)
        self.services.append(
            ServiceDetails(
                kind=offer.kind,
                name=offer.name,
                date=date,
                zone=zone,
                description=offer.description,
                time=dt.time.fromisoformat(chosen) if chosen else None,
                duration=offer.minutes,
                pax=self.pax,
                place=offer.place,
                address=offer.address,
                supplier_id=supplier.id,
                supplier_name=supplier.company or supplier.name,
                notes=notes or offer.notes,
                requirements=wishes.requirements(self.throw, offer.kind, self.household),
            )
        )
        paid = times_paid if times_paid is not None else 1 if offer.for_group else self.pax
        self.cost += offer.euros * paid


@dataclass(frozen=True, slots=True)
class _Leg:
    region: Region
    first: dt.date
    nights: int
    arrival: tuple[Gate, str]
    departure: tuple[Gate, str]


def plan(
    itinerary: Itinerary, legs: Sequence[tuple[str, int]], start: dt.date, house: House | None
) -> None:
    """Fill the itinerary with all that belongs to a journey over `legs`.

    The guests sleep in `house`, or in a hotel of each region where that is None.
    """
    throw, day = itinerary.throw, start
    for number, (key, nights) in enumerate(legs):
        region, is_first, is_last = REGIONS[key], number == 0, number == len(legs) - 1
        # Between two regions they leave early and arrive late.
        leg = _Leg(
            region=region,
            first=day,
            nights=nights,
            arrival=(region.gates[0 if is_first else -1], throw.choice(_ARRIVALS[is_first])),
            departure=(region.gates[0 if is_last else -1], throw.choice(_DEPARTURES[is_last])),
        )
        _fill(itinerary, leg, house or _hotel(itinerary, region))
        day += dt.timedelta(days=nights)


def _hotel(itinerary: Itinerary, region: Region) -> House:
    hotel = itinerary.throw.choice(region.of(Trade.HOTEL))
    return House(hotel.offers[0], itinerary.suppliers[hotel.slug])


def _fill(itinerary: Itinerary, leg: _Leg, house: House) -> None:
    throw, zone, pax = itinerary.throw, leg.region.zone, itinerary.pax
    company = throw.choice(leg.region.of(Trade.DRIVER))
    driver = itinerary.suppliers[company.slug]
    (gate, arrives), (exit_gate, leaves) = leg.arrival, leg.departure
    note = wishes.flight(throw) if "Airport" in gate.name else "Name sign at the platform's end."
    welcome = _ride(f"{_short(gate)} to {house.offer.place}", gate, pax)
    itinerary.add(zone, driver, welcome, leg.first, time=arrives, notes=note)
    rooms = 1 if house.whole else math.ceil(pax / 2)
    itinerary.add(
        zone,
        house.keeper,
        house.offer,
        leg.first,
        notes=f"{leg.nights} nights" + (f", {rooms} rooms." if rooms > 1 else "."),
        times_paid=rooms * leg.nights,
    )
    for number, supplier, offer in _highlights(throw, leg.region, company, leg.nights - 1):
        day = leg.first + dt.timedelta(days=number)
        itinerary.add(zone, itinerary.suppliers[supplier.slug], offer, day)
    door = Gate(name=house.offer.place, address=house.offer.address)
    home = _ride(f"{house.offer.place} to {_short(exit_gate)}", door, pax)
    itinerary.add(zone, driver, home, leg.first + dt.timedelta(days=leg.nights), time=leaves)


def _short(gate: Gate) -> str:
    return gate.name.partition(",")[0]


def _highlights(
    throw: random.Random, region: Region, driver: Company, days: int
) -> Iterator[tuple[int, Company, Offer]]:
    """What is planned on which full day, from 1: nothing twice, and one or two days are free.

    From three days on, one is a drive.
    """
    others = [
        (company, offer)
        for company in region.companies
        if company.trade in (Trade.GUIDE, Trade.OUTING, Trade.TABLE)
        for offer in company.offers
    ]
    free = 0 if days < 2 else throw.choice((1, 1, 2)) if days > 2 else throw.choice((0, 1))
    busy = sorted(throw.sample(range(1, days + 1), days - free))
    chosen = throw.sample(others, len(busy))
    if days > 2:
        chosen[throw.randrange(len(chosen))] = (driver, throw.choice(driver.offers))
    for number, (company, offer) in zip(busy, chosen, strict=True):
        yield number, company, offer


def _ride(name: str, gate: Gate, pax: int) -> Offer:
    vehicle, euros = (
        ("Saloon car", 45) if pax <= 3 else ("Minivan", 65) if pax <= 7 else ("Small coach", 160)
    )
    return Offer(
        kind=ServiceKind.TRANSFER,
        name=f"Transfer: {name}",
        description=f"{vehicle} with driver, luggage included.",
        place=gate.name,
        address=gate.address,
        minutes=45,
        euros=euros,
        for_group=True,
    )
