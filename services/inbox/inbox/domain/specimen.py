"""A contact and a trip that nobody has, to show a template with."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.common import Money
from contracts.contacts import Contact, ContactKind, Identity, Scheme
from contracts.itineraries import (
    Balance,
    Guest,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Service,
    ServiceDetails,
    ServiceKind,
)

from .offers import Offer

ZONE = "Europe/Lisbon"
PROPOSAL_URL = "https://example.com/p/proposal"
_TRIP, _SERVICE, _CONTACT, _EMAIL, _PHONE, _WHATSAPP = (UUID(int=number) for number in range(1, 7))
_EUROS = "EUR"


def contact(now: dt.datetime) -> Contact:
    """A supplier with an address on every channel."""
    addresses = (
        (_EMAIL, Scheme.EMAIL, "rita@example.com"),
        (_PHONE, Scheme.PHONE, "+351210000000"),
        (_WHATSAPP, Scheme.WHATSAPP, "351210000000"),
    )
    return Contact(
        id=_CONTACT,
        kind=ContactKind.SUPPLIER,
        name="Rita Almeida",
        company="Almeida Tours",
        language=None,
        zone=ZONE,
        notes="",
        identities=[
            Identity(id=id, scheme=scheme, value=value, display=value)
            for id, scheme, value in addresses
        ],
        version=1,
        created_at=now,
    )


def trip(now: dt.datetime) -> Itinerary:
    """A trip next month with a transfer, half paid."""
    arrival = now.date() + dt.timedelta(days=30)
    starts_at = dt.datetime.combine(arrival, dt.time(9, 30), dt.UTC)
    details = ServiceDetails(
        kind=ServiceKind.TRANSFER,
        name="Airport transfer",
        date=arrival,
        zone="UTC",
        description="Private transfer to the hotel",
        time=dt.time(9, 30),
        duration=45,
        pax=2,
        place="Arrivals hall",
        address="Alameda das Comunidades Portuguesas, Lisbon",
        supplier_id=_CONTACT,
        supplier_name="Almeida Tours",
        notes="Flight TP 123",
        requirements="One child seat",
    )
    return Itinerary(
        id=_TRIP,
        reference="TRP-0001",
        state=ItineraryState.CONFIRMED,
        details=ItineraryDetails(
            title="A week in Lisbon",
            start=arrival,
            end=arrival + dt.timedelta(days=7),
            zone=ZONE,
            guests=[Guest(name="Anna Berger", lead=True), Guest(name="Paul Berger")],
            price=Money(amount=240_000, currency=_EUROS),
            commission=Money(amount=24_000, currency=_EUROS),
        ),
        services=[
            Service(
                id=_SERVICE, itinerary_id=_TRIP, details=details, starts_at=starts_at, version=1
            )
        ],
        public_url="https://example.com/p/sample",
        version=1,
        created_at=now,
        balances=[
            Balance(
                currency=_EUROS,
                asked=240_000,
                planned=240_000,
                received=120_000,
                refunded=0,
                outstanding=120_000,
                credit=0,
                due=0,
                overdue=0,
                next_due=arrival,
            )
        ],
    )


def offer(trip: Itinerary, now: dt.datetime) -> Offer:
    """A proposal for a trip, changed once."""
    return Offer(
        reference=trip.reference,
        number=2,
        title=trip.details.title,
        start=trip.details.start,
        end=trip.details.end,
        total=trip.details.price or Money(amount=240_000, currency=_EUROS),
        expires_at=now + dt.timedelta(days=7),
    )
