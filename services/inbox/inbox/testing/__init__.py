"""Believable contacts, trips, drafts and events, for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

from contracts.accounts import Branding, Organisation, Settings, StaffRole, User
from contracts.channels import (
    AutomaticKind,
    ConnectionChanged,
    ConnectionState,
    Mailbox,
    MessageReceived,
)
from contracts.common import Channel
from contracts.contacts import Contact, ContactKind, Identity, Scheme
from contracts.itineraries import (
    Guest,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Service,
    ServiceDetails,
    ServiceKind,
)

from ..domain.knowledge import Knowledge

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def contact(name: str = "Lisboa Transfers", *emails: str, **fields: Any) -> Contact:
    """A supplier with email addresses, the first the preferred one."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "kind": ContactKind.SUPPLIER,
        "name": name,
        "company": "",
        "language": None,
        "zone": None,
        "notes": "",
        "identities": [
            Identity(id=uuid4(), scheme=Scheme.EMAIL, value=email, display=email)
            for email in emails
        ],
        "version": 1,
        "created_at": NOW,
    }
    return Contact(**(values | fields))


def service(supplier: Contact | None = None, *, days: int = 2, **details: Any) -> Service:
    """A transfer in Lisbon at 09:30 local time, some days from now; its trip is set by `trip`."""
    date = (NOW + dt.timedelta(days=days)).date()
    values: dict[str, Any] = {
        "kind": ServiceKind.TRANSFER,
        "name": "Airport transfer",
        "description": "Private minivan to the hotel",
        "date": date,
        "time": dt.time(9, 30),
        "zone": "Europe/Lisbon",
        "duration": 45,
        "pax": 4,
        "place": "Lisbon Airport, Terminal 1",
        "address": "Alameda das Comunidades Portuguesas",
        "supplier_id": supplier.id if supplier else None,
        "supplier_name": supplier.name if supplier else "",
        "notes": "Flight TP 123",
        "requirements": "One child seat",
    }
    return Service(
        id=uuid4(),
        itinerary_id=uuid4(),
        details=ServiceDetails(**(values | details)),
        starts_at=dt.datetime.combine(date, dt.time(9, 30), dt.UTC),
        version=1,
    )


def trip(*services: Service, **fields: Any) -> Itinerary:
    """A confirmed trip of a family with these services."""
    trip_id = fields.pop("id", uuid4())
    version = fields.pop("version", 1)
    public_url = fields.pop("public_url", None)
    reference = fields.pop("reference", "TRP-2026-0012")
    details: dict[str, Any] = {
        "title": "Family Novák in Lisbon",
        "start": dt.date(2026, 11, 24),
        "end": dt.date(2026, 11, 30),
        "zone": "Europe/Lisbon",
        "guests": [Guest(name="Petr Novák"), Guest(name="Anna Nováková", lead=True)],
    }
    return Itinerary(
        id=trip_id,
        reference=reference,
        state=ItineraryState.CONFIRMED,
        details=ItineraryDetails(**(details | fields)),
        services=[
            Service(
                id=each.id,
                itinerary_id=trip_id,
                details=each.details,
                starts_at=each.starts_at,
                version=each.version,
            )
            for each in services
        ],
        public_url=public_url,
        version=version,
        created_at=NOW,
    )


def organisation(id: UUID | None = None, **settings: Any) -> Organisation:
    """A tour operator."""
    values: dict[str, Any] = {
        "zone": "Europe/Prague",
        "language": "en",
        "currency": "EUR",
        "branding": Branding(name="Meridian Travel"),
        "signature": "Meridian Travel, Prague",
    }
    return Organisation(
        id=id or uuid4(), name="Meridian", settings=Settings(**(values | settings)), version=1
    )


def user(name: str = "Maria Ruiz", signature: str = "") -> User:
    """An employee."""
    return User(
        id=uuid4(),
        name=name,
        email="maria@meridian.test",
        role=StaffRole.USER,
        active=True,
        zone=None,
        signature=signature,
        version=1,
    )


def connection(address: str = "ops@meridian.test", **fields: Any) -> ConnectionChanged:
    """An email connection that works."""
    values: dict[str, Any] = {
        "connection_id": uuid4(),
        "channel": Channel.EMAIL,
        "label": "Operations",
        "address": address,
        "state": ConnectionState.OPEN,
        "reason": None,
        "default": True,
        "removed": False,
        "version": 1,
    }
    return ConnectionChanged(**(values | fields))


def received(connection_id: UUID, address: str, /, **fields: Any) -> MessageReceived:
    """A mail that somebody wrote."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "channel": Channel.EMAIL,
        "connection_id": connection_id,
        "provider_id": f"<{uuid4()}@sender.test>",
        "sender": Mailbox(address=address, name="João Silva"),
        "reply_to": None,
        "to": [Mailbox(address="ops@meridian.test")],
        "cc": [],
        "subject": "Re: Airport transfer",
        "text": "Confirmed, thank you.",
        "html": None,
        "quoted_text": "",
        "quoted_html": None,
        "attachments": [],
        "answers": None,
        "answers_by": None,
        "references": [],
        "automatic": AutomaticKind.NONE,
        "sent_at": NOW,
        "received_at": NOW,
    }
    return MessageReceived(**(values | fields))


def knowledge(*people: Contact, trips: tuple[Itinerary, ...] = (), **fields: Any) -> Knowledge:
    """What the inbox knows, with an organisation, one connection and these people and trips."""
    values: dict[str, Any] = {
        "organisation": organisation(),
        "connections": [connection()],
        "contacts": {each.id: each for each in people},
        "by_address": {i.value.casefold(): each for each in people for i in each.identities},
        "trips": {each.id: each for each in trips},
    }
    return Knowledge(**(values | fields))


def zone_where_it_is(hour: int, now: dt.datetime) -> str:
    """A zone in which it is `hour` o'clock, of which a test is whose people sleep, or do not."""
    ahead = (hour - now.hour) % 24
    return f"Etc/GMT-{ahead}" if ahead <= 12 else f"Etc/GMT+{24 - ahead}"  # POSIX: east is minus
