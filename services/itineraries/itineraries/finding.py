"""Rows that a change begins with."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from fairlead.errors import NotFound, Stale
from fairlead.store import Versioned

from .domain.references import not_found
from .store import trips as store
from .store.trips import ItineraryRow, ServiceRow


def trip(session: Session, id: UUID, *, lock: bool = False) -> ItineraryRow:
    """The trip with this id; NotFound `itineraries.not_found`."""
    row = store.find(session, id, lock=lock)
    if row is None:
        raise not_found()
    return row


def service(session: Session, id: UUID) -> tuple[ItineraryRow, ServiceRow]:
    """The service with this id and its trip, locked; NotFound `itineraries.service_not_found`."""
    row = store.find_by_service(session, id, lock=True)
    if row is None:
        raise NotFound("itineraries.service_not_found", "There is no such service")
    return row, next(each for each in row.services if each.id == id)


def known_service(session: Session, id: UUID) -> ServiceRow:
    """The service with this id; NotFound `itineraries.service_not_found`."""
    row = store.find_by_service(session, id)
    if row is None:
        raise NotFound("itineraries.service_not_found", "There is no such service")
    return next(each for each in row.services if each.id == id)


def expect(row: Versioned, version: int) -> None:
    """Raises Stale `itineraries.changed` unless the row is as the caller has read it."""
    if row.version != version:
        raise Stale("itineraries.changed", "Somebody changed it meanwhile", version=row.version)
