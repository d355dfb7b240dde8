"""What is sold, as it is changed: each function inside the transaction that it is given.

Each answers with the row and whether anything changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.itineraries import ExternalId, ItineraryDetails
from fairlead.errors import Conflict, Invalid, NotFound

from . import recording
from .domain import plan, tags
from .finding import expect
from .store import listings as store
from .store import trips
from .store.listings import ListingNameRow, ListingRow, PortalRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a listing is to be."""

    name: str
    address: str
    zone: str
    capacity: int | None
    owner_id: UUID | None
    external_ids: list[ExternalId]
    tags: list[str]
    archived: bool = False


def listing(session: Session, id: UUID, *, lock: bool = False) -> ListingRow:
    """The listing with this id; NotFound `itineraries.listing_not_found`."""
    row = store.listing(session, id, lock=lock)
    if row is None:
        raise NotFound("itineraries.listing_not_found", "There is no such listing")
    return row


def create(session: Session, id: UUID, wanted: Wanted) -> tuple[ListingRow, bool]:
    """A new listing, or the one that has the id already."""
    known = store.listing(session, id)
    if known is not None:
        return known, False
    row = ListingRow(id=id, names=[], pictures=[])
    _write(session, row, wanted)
    session.add(row)
    recording.listing(session, "listing.created", row, None)
    return row, True


def update(session: Session, id: UUID, version: int, wanted: Wanted) -> tuple[ListingRow, bool]:
    """The listing as it is to be."""
    row = listing(session, id, lock=True)
    expect(row, version)
    before = recording.of_listing(row)
    _write(session, row, wanted)
    changed = session.is_modified(row)
    if changed:
        recording.listing(session, "listing.updated", row, before)
        trips.rename_listing(session, row.id, row.name)
    return row, changed


def _write(session: Session, row: ListingRow, wanted: Wanted) -> None:
    plan.check_listing(wanted.name, wanted.address, wanted.zone, wanted.tags, wanted.external_ids)
    taken = store.taken(session, wanted.external_ids, row.id)
    if taken is not None:
        reason = f"Another listing is {taken.external_id} at {taken.source}"
        raise Conflict("itineraries.external_id_taken", reason)
    have = {(each.source, each.external_id): each for each in row.names}  # read before any change
    values = {
        "name": wanted.name.strip(),
        "address": wanted.address.strip(),
        "zone": wanted.zone,
        "capacity": wanted.capacity,
        "owner_id": wanted.owner_id,
        "tags": tags.tidied(wanted.tags),
        "external_ids": wanted.external_ids,
        "archived": wanted.archived,
    }
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    want = {(each.source, each.id) for each in wanted.external_ids}
    if have.keys() != want:
        row.names = [
            have.get(pair) or ListingNameRow(source=pair[0], external_id=pair[1])
            for pair in sorted(want)
        ]


def portal(session: Session, id: UUID, *, lock: bool = False) -> PortalRow:
    """The portal with this id; NotFound `itineraries.portal_not_found`."""
    row = store.portal(session, id, lock=lock)
    if row is None:
        raise NotFound("itineraries.portal_not_found", "There is no such portal")
    return row


def create_portal(
    session: Session, id: UUID, name: str, labels: list[str]
) -> tuple[PortalRow, bool]:
    """A new portal, or the one that has the id already."""
    known = store.portal(session, id)
    if known is not None:
        return known, False
    plan.check_portal(name, labels)
    row = PortalRow(id=id, name=name.strip(), tags=tags.tidied(labels), archived=False)
    session.add(row)
    recording.portal(session, "portal.created", row, None)
    return row, True


def update_portal(
    session: Session, id: UUID, version: int, name: str, labels: list[str], *, archived: bool
) -> tuple[PortalRow, bool]:
    """The portal as it is to be."""
    row = portal(session, id, lock=True)
    expect(row, version)
    plan.check_portal(name, labels)
    before = recording.of_portal(row)
    values = {"name": name.strip(), "tags": tags.tidied(labels), "archived": archived}
    for field, value in values.items():
        if getattr(row, field) != value:
            setattr(row, field, value)
    changed = session.is_modified(row)
    if changed:
        recording.portal(session, "portal.updated", row, before)
    return row, changed


def check(session: Session, details: ItineraryDetails, before: ItineraryDetails | None) -> None:
    """Raises Invalid unless the listing and the portal that a trip names are the organisation's.

    One that is archived gets no further trips; those that have it `before` keep it.
    """
    for field, find in (("listing_id", store.listing), ("portal_id", store.portal)):
        wanted = getattr(details, field)
        if wanted is None or (before is not None and getattr(before, field) == wanted):
            continue
        row = find(session, wanted)
        if row is None:
            kind = field.removesuffix("_id")
            raise Invalid.field("itineraries.invalid", f"details.{field}", f"is no {kind}")
        if row.archived:
            raise Invalid.field("itineraries.invalid", f"details.{field}", "is archived")
