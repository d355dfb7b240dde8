"""What itineraries knows of a person, some trips at a time, for her to have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from contracts.common import FileRef
from contracts.files import HELD
from contracts.persons import Person, PersonPage, PersonRecord

from . import documents, proposing, reviewing, telling, views
from .store import documents as kept
from .store import persons as store
from .store import proposals, trips
from .store.trips import ItineraryRow

AT_ONCE = 20


def page(session: Session, person: Person, cursor: str | None, public_url: str) -> PersonPage:
    """Her trips, each with its services, payments, proposals and reviews."""
    begin = int(cursor or 0)
    records: list[PersonRecord] = []
    for id in person.trips[begin : begin + AT_ONCE]:
        row = trips.find(session, id)
        if row is not None:
            records.extend(_records(session, row, person, public_url))
    end = begin + AT_ONCE
    return PersonPage(records=records, cursor=str(end) if end < len(person.trips) else None)


def _records(
    session: Session, row: ItineraryRow, person: Person, public_url: str
) -> Iterator[PersonRecord]:
    guest = any(each.contact_id in person.contact_ids for each in row.details.guests)
    if not guest and row.agent_id not in person.contact_ids:
        for service in row.services:  # a supplier's: what others buy is not about him
            if service.supplier_id in person.contact_ids:
                data = {"reference": row.reference, **_plain(views.service_of(service))}
                yield PersonRecord(kind="service", at=service.starts_at, data=data)
        return
    trip = telling.whole(session, row, public_url)
    if guest:  # what an agent gets for the trip is not about its guests
        details = msgspec.structs.replace(trip.details, commission=None)
        trip = msgspec.structs.replace(trip, details=details)
    yield PersonRecord(kind="trip", at=row.created_at, data=_plain(trip))
    if guest:
        yield from _documents(session, row, person)
    for proposal in proposals.of_trip(session, row.id):
        data = _plain(proposing.view(session, row, proposal))
        yield PersonRecord(kind="proposal", at=proposal.created_at, data=data)
    for review in store.reviews(session, row.id):
        data = _plain(reviewing.view(review))
        yield PersonRecord(kind="review", at=review.recorded_at, data=data)


def _documents(session: Session, row: ItineraryRow, person: Person) -> Iterator[PersonRecord]:
    """Documents of the trip, but for those that are another guest's."""
    for each in kept.of_trip(session, row.id):
        if each.contact_id is not None and each.contact_id not in person.contact_ids:
            continue
        file = each.file
        files = [
            FileRef(key=each.key, name=file.name, content_type=file.content_type, size=file.size)
        ]
        yield PersonRecord(
            kind="document",
            at=each.added_at,
            data=_plain(documents.view(each)),
            files=[] if file.state in HELD else files,
        )


def _plain(thing: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(thing, str_keys=True)
    return plain
