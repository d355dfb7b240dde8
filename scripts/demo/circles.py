"""The WhatsApp group of a family that is under way: parents, and whoever is there for them."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.contacts import Scheme
from contracts.itineraries import ItineraryState

from .model import Circle, Number, Person
from .people import Society
from .trips import Journey


def circle(made: Sequence[Journey], society: Society, number: Number) -> Circle:
    """A group for the latest confirmed trip whose party has two phones. The second of them lets
    nobody add him, so that the demo shows an invitation; a supplier of the trip is in it too, if
    one has a phone."""
    people = {person.id: person for person in society.people}
    for journey in reversed(made):
        party = [people[id] for id in journey.party.contact_ids.values()]
        phones = [person for person in party if phone(person)]
        if journey.trip.state is not ItineraryState.CONFIRMED or len(phones) < 2:
            continue
        suppliers = dict.fromkeys(
            planned.details.supplier_id
            for planned in journey.trip.services
            if planned.details.supplier_id is not None
        )
        helping = [people[id] for id in suppliers if id in people and phone(people[id])]
        return Circle(
            subject=f"{journey.party.household.label}: on the way"[:100],
            trip_id=journey.trip.id,
            number_id=number.id,
            people=[*phones[:2], *helping[:1]],
            private=phones[1],
        )
    raise LookupError("no party of a confirmed trip has two phones")


def phone(person: Person) -> str | None:
    """His number without plus, as WhatsApp has it."""
    numbers = (each.value for each in person.identities if each.scheme is Scheme.PHONE)
    return next((number.lstrip("+") for number in numbers), None)
