"""What the audit log hears of trips.

Guests' names, titles and notes stay out of it: what is known of a person must be erasable, and
the reference tells which trip it was. That they were rewritten is said, and not how.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from contracts.itineraries import ItineraryDetails, Payment, ServiceDetails
from fairlead.audit import record

from .store.documents import DocumentRow
from .store.listings import ListingRow, PortalRow
from .store.trips import ItineraryRow, ServiceRow

_OF_TRIPS = (
    "start", "end", "zone", "agent_id", "listing_id", "language", "price", "commission",
    "sales_agent_id", "portal_id", "external_id", "tags",
)  # fmt: skip
_OF_SERVICES = (
    "kind", "name", "date", "time", "zone", "duration", "pax", "place", "supplier_id", "state",
)  # fmt: skip
_WORDS_OF_TRIPS = ("title", "notes", "guests")
_WORDS_OF_SERVICES = ("description", "address", "supplier_name", "notes", "requirements")
_OF_PAYMENTS = ("kind", "amount", "date", "method", "external_id", "voided_at", "void_reason")
_OF_LISTINGS = (
    "name", "address", "zone", "capacity", "owner_id", "external_ids", "tags", "archived",
)  # fmt: skip
_OF_PORTALS = ("name", "tags", "archived")

Words = dict[str, Any]


def trip(
    session: Session, action: str, row: ItineraryRow, before: Words | None, after: Words | None
) -> None:
    """Somebody did `action` to a trip."""
    record(
        session,
        action,
        entity="itinerary",
        id=row.id,
        label=row.reference,
        before=before,
        after=after,
    )


def updated(
    session: Session, row: ItineraryRow, before: ItineraryDetails, after: ItineraryDetails
) -> None:
    """Somebody replaced a trip's details."""
    old, new = of_trip(before), of_trip(after) | rewritten(before, after, _WORDS_OF_TRIPS)
    trip(session, "itinerary.updated", row, old, new)


def of_trip(details: ItineraryDetails) -> Words:
    """What the log has of a trip's details."""
    return _some(details, _OF_TRIPS) | {"guests": len(details.guests)}


def service(
    session: Session,
    action: str,
    row: ItineraryRow,
    changed: ServiceRow,
    before: ServiceDetails | None,
    after: ServiceDetails | None,
) -> None:
    """Somebody did `action` to a service of a trip."""
    words: Words = {}
    if before is not None and after is not None:
        words = rewritten(before, after, _WORDS_OF_SERVICES)
    record(
        session,
        action,
        entity="service",
        id=changed.id,
        label=f"{row.reference}: {changed.details.name}",
        before=None if before is None else _some(before, _OF_SERVICES),
        after=None if after is None else _some(after, _OF_SERVICES) | words,
    )


def payment(session: Session, action: str, row: ItineraryRow, entry: Payment) -> None:
    """Somebody did `action` to a payment of a trip."""
    record(
        session,
        action,
        entity="payment",
        id=entry.id,
        label=row.reference,
        after=_some(entry, _OF_PAYMENTS),
    )


def document(session: Session, action: str, row: ItineraryRow, kept: DocumentRow) -> None:
    """Somebody did `action` to a document of a trip."""
    record(
        session,
        action,
        entity="document",
        id=kept.id,
        label=row.reference,
        after={"kind": kept.kind, "file_id": kept.file_id, "shared": kept.shared},
        about=kept.contact_id,
    )


def listing(session: Session, action: str, row: ListingRow, before: Words | None) -> None:
    """Somebody did `action` to a listing."""
    after = of_listing(row)
    record(session, action, entity="listing", id=row.id, label=row.name, before=before, after=after)


def pictures(session: Session, row: ListingRow, before: Words) -> None:
    """Somebody chose the pictures of a listing."""
    record(
        session,
        "listing.pictured",
        entity="listing",
        id=row.id,
        label=row.name,
        before=before,
        after=of_pictures(row),
    )


def of_pictures(row: ListingRow) -> Words:
    """What the log has of a listing's pictures: which, in their order."""
    return {"pictures": [each.file.id for each in row.pictures]}


def of_listing(row: ListingRow) -> Words:
    """What the log has of a listing."""
    return _some(row, _OF_LISTINGS)


def portal(session: Session, action: str, row: PortalRow, before: Words | None) -> None:
    """Somebody did `action` to a portal."""
    record(
        session,
        action,
        entity="portal",
        id=row.id,
        label=row.name,
        before=before,
        after=of_portal(row),
    )


def of_portal(row: PortalRow) -> Words:
    """What the log has of a portal."""
    return _some(row, _OF_PORTALS)


def rewritten(before: Any, after: Any, names: Sequence[str]) -> Words:
    """Which texts are others now, without a word of them."""
    found = [name for name in names if getattr(before, name) != getattr(after, name)]
    return {"rewritten": found} if found else {}


def _some(thing: Any, names: tuple[str, ...]) -> Words:
    return {name: getattr(thing, name) for name in names}
