"""A world as a page that a person can read."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from contracts.inbox import Direction

from .model import Trip, World


def summary(world: World) -> str:
    """Who works there, who is talked to, every trip, the days around, what is open."""
    parts = (_operator(world), _counts(world), _trips(world), _days(world), _open(world))
    return "\n".join(line for part in parts for line in (*part, ""))


def _operator(world: World) -> Iterator[str]:
    yield f"{world.organisation.name} on {world.today} (seed {world.seed})"
    for employee, password in world.sign_ins():
        yield f"  {employee.role.value:<11} {employee.name:<20} {employee.email:<36} {password}"
    for sending in world.connections:
        yield f"  {sending.details.label:<11} {sending.address}"


def _counts(world: World) -> Iterator[str]:
    kinds = Counter(person.kind.value for person in world.people)
    yield f"{len(world.people)} contacts: " + _listed(kinds)
    services = Counter(each.details.state.value for trip in world.trips for each in trip.services)
    yield f"{services.total()} services: " + _listed(services)
    directions = Counter(message.direction.value for message in world.messages)
    yield f"{len(world.messages)} messages: " + _listed(directions)
    yield f"{len(world.templates)} templates, {len(world.listings)} listings"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def _trips(world: World) -> Iterator[str]:
    yield f"{len(world.trips)} trips"
    for trip in world.trips:
        yield f"  {_span(trip)}  {trip.state.value:<11} {trip.details.title}  {_price(trip)}"


def _span(trip: Trip) -> str:
    return f"{trip.details.start:%d %b} - {trip.details.end:%d %b}"


def _price(trip: Trip) -> str:
    price = trip.details.price
    return f"{price.amount // 100:,} {price.currency}" if price else "no price yet"


def _days(world: World) -> Iterator[str]:
    for name, day in (("Today", world.today), ("Tomorrow", world.today + dt.timedelta(days=1))):
        yield name
        planned = [each.details for trip in world.trips for each in trip.services]
        for each in sorted(
            (each for each in planned if each.date == day), key=lambda each: each.time or dt.time()
        ):
            time = f"{each.time:%H:%M}" if each.time else "     "
            yield f"  {time}  {each.zone:<18} {each.name} ({each.supplier_name}, {each.pax} pax)"


def _open(world: World) -> Iterator[str]:
    yield "Not read yet"
    names = {person.id: person.name for person in world.people}
    for message in world.messages:
        if message.unread and message.direction is Direction.IN:
            words = message.text.split("\n\n")[1]
            yield f"  {message.at:%d %b %H:%M}  {names[message.contact_id]}: {words[:90]}"
