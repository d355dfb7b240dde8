"""What a template can name: the recipient, the trip, its services, who sends (mission A2).

A value that is empty is left out, so that a template that needs it fails before sending and one
that can do without it asks with `if`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.common import Money
from contracts.contacts import Contact
from contracts.itineraries import Guest, Itinerary, Service
from fairlead.dates import day, lasting, when
from fairlead.local_time import find_zone
from fairlead.prices import price

from .offers import Offer

Values = dict[str, Any]


def recipient(contact: Contact | None, name: str, address: str) -> Values:
    """`recipient`: name, company, address. The contact's name goes before the one given."""
    return _present(
        name=contact.name if contact and contact.name != address else name,
        company=contact.company if contact else "",
        address=address,
    )


def itinerary(trip: Itinerary, language: str) -> Values:
    """`itinerary`: reference, title, start, end, lead_guest, guests, pax, url; total, commission,
    balance_due and next_due of its price, each as people write it."""
    asked = trip.details.price
    balance = next((b for b in trip.balances if asked and b.currency == asked.currency), None)
    owed = Money(amount=balance.outstanding, currency=balance.currency) if balance else None
    return _present(
        total=_money(asked, language),
        commission=_money(trip.details.commission, language),
        balance_due=_money(owed, language) if owed and owed.amount else "",
        next_due=day(balance.next_due, language) if balance and balance.next_due else "",
        reference=trip.reference,
        title=trip.details.title,
        start=day(trip.details.start, language),
        end=day(trip.details.end, language),
        lead_guest=_lead(trip.details.guests),
        guests=[guest.name for guest in trip.details.guests],
        pax=len(trip.details.guests),
        url=trip.public_url,
    )


def proposal(offer: Offer, zone: str, language: str) -> Values:
    """`proposal`: reference, title, start, end, number, total, expires; a person gives its url."""
    expires = offer.expires_at
    return _present(
        reference=offer.reference,
        title=offer.title,
        start=day(offer.start, language),
        end=day(offer.end, language),
        number=offer.number,
        total=_money(offer.total, language),
        expires=day(expires.astimezone(find_zone(zone)).date(), language) if expires else "",
    )


def services(chosen: Sequence[tuple[Itinerary, Service]], language: str) -> list[Values]:
    """`services`, by their time: what is planned, where, for whom, in the zone of each."""
    ordered = sorted(chosen, key=lambda pair: (pair[1].starts_at, str(pair[1].id)))
    return [_service(trip, planned, language) for trip, planned in ordered]


def _service(trip: Itinerary, planned: Service, language: str) -> Values:
    details = planned.details
    moment = when(
        details.date, details.time, planned.starts_at, details.duration, details.zone, language
    )
    return _present(
        name=details.name,
        kind=details.kind.value,
        description=details.description.strip(),
        date=moment.date,
        time=moment.time,
        until=moment.until,
        zone=moment.zone,
        duration=lasting(details.duration, language) if details.duration else "",
        pax=details.pax,
        place=details.place,
        address=details.address,
        supplier=details.supplier_name,
        notes=details.notes.strip(),
        requirements=details.requirements.strip(),
        lead_guest=_lead(trip.details.guests),
        reference=trip.reference,
        title=trip.details.title,
    )


def with_given(known: Values, given: Mapping[str, str]) -> Values:
    """`known` with the names that a person filled in where the data has none.

    A dotted name such as `recipient.name` fills a gap inside; what is known is never replaced.
    """
    filled = dict(known)
    for name, value in given.items():
        if value.strip():
            _fill(filled, name.split("."), value)
    return filled


def _fill(place: Values, path: list[str], value: str) -> None:
    name, *rest = path
    inner = place.get(name, {})
    if not rest:
        place.setdefault(name, value)
    elif isinstance(inner, dict):
        place[name] = inner = dict(inner)
        _fill(inner, rest, value)


def _lead(guests: Sequence[Guest]) -> str:
    return next((guest.name for guest in guests if guest.lead), guests[0].name if guests else "")


def _money(money: Money | None, language: str) -> str:
    return price(money.amount, money.currency, language) if money else ""


def _present(**values: Any) -> Values:
    return {name: value for name, value in values.items() if value}
