"""The trips and suppliers that the mail is about."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from scripts.servers.mail import MailServer
from tests.e2e.client import Api, wait_for
from tests.e2e.worlds import connect_mail

OPERATIONS = "operations@agency.test"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Trip:
    """A trip, with one service of one supplier."""

    id: str
    service: str
    supplier: str
    address: str


@dataclass(frozen=True)
class World:
    """What drafts are made of; a number always gives the same draft."""

    trips: list[Trip]
    file: str

    def trip(self, number: int) -> Trip:
        """The trip that mail `number` is about."""
        return self.trips[number % len(self.trips)]

    def draft(self, number: int) -> dict[str, Any]:
        """A message to the trip's supplier: a purchase order each fourth, a PDF with each tenth."""
        trip = self.trip(number)
        draft: dict[str, Any] = {
            "itinerary_id": trip.id,
            "to": [{"contact_id": trip.supplier}],
            "subject": subject(number),
            "text": f"Dear Sirs,\n\nplease confirm number {number}.",
        }
        if number % 4 == 0:
            draft |= {
                "kind": "purchase_order",
                "from_concierge": True,
                "service_ids": [trip.service],
            }
        if number % 10 == 0:
            draft["attachments"] = [self.file]
        return draft


def subject(number: int) -> str:
    """What mail `number` is called."""
    return f"Request {number:05d}"


def build(api: Api, mail: MailServer, trips: int) -> World:
    """Make trips and suppliers, connect the mailbox, and wait until all know of it."""
    connection = connect_mail(api, mail, OPERATIONS)
    file = api.upload("Voucher.pdf", PDF)["id"]
    world = World([_trip(api, number) for number in range(trips)], file)
    wait_for(
        lambda: api.get(f"/connections/{connection['id']}")["state"] == "open",
        "the mailbox to be watched",
    )
    for number in range(trips):
        wait_for(
            lambda number=number: _composable(api, world.draft(number)),  # type: ignore[misc]
            f"the inbox to know trip {number}",
        )
    return world


def _composable(api: Api, draft: dict[str, Any]) -> bool:
    response = api.http.post("/messages/preview", json=draft)
    return response.is_success and not any(each["problems"] for each in response.json())


def _trip(api: Api, number: int) -> Trip:
    address = f"bookings{number}@supplier.test"
    supplier = api.post(
        "/contacts",
        {
            "name": f"Supplier {number}",
            "kind": "supplier",
            "identities": [{"scheme": "email", "value": address}],
        },
    )
    start = (dt.datetime.now(dt.UTC) + dt.timedelta(days=20)).date()
    itinerary = api.post(
        "/itineraries",
        {
            "details": {
                "title": f"Journey {number} {secrets.token_hex(2)}",
                "start": str(start),
                "end": str(start + dt.timedelta(days=7)),
                "zone": "Europe/Lisbon",
                "guests": [{"name": "Maria Costa", "lead": True}],
            },
            "state": "confirmed",
            "services": [
                {
                    "zone": "Europe/Lisbon",
                    "supplier_id": supplier["id"],
                    "supplier_name": supplier["name"],
                    "kind": "transfer",
                    "name": "Airport transfer",
                    "date": str(start),
                    "time": "14:30:00",
                    "pax": 4,
                }
            ],
        },
    )
    return Trip(itinerary["id"], itinerary["services"][0]["id"], supplier["id"], address)
