"""Pairs of trips that claim the same nights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, column, or_, select
from sqlalchemy.orm import Mapped, Session

from fairlead.store import Order, Page, Scoped, Versioned, page

from ..domain.states import OCCUPYING
from ..domain.stays import Claim
from .schema import Base
from .trips import ItineraryRow

_OPEN = column("resolved_at").is_(None)


class OverbookingRow(Scoped, Versioned, Base):
    """Two trips, that with the smaller id first, and the nights that both claim."""

    __tablename__ = "overbookings"

    id: Mapped[UUID]
    listing_id: Mapped[UUID]
    first_id: Mapped[UUID]
    second_id: Mapped[UUID]
    start: Mapped[dt.date]
    end: Mapped[dt.date]
    found_at: Mapped[dt.datetime]
    resolved_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(
            "uq_overbookings_open",
            "organisation_id", "first_id", "second_id",
            unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN,
        ),
        Index(None, "organisation_id", "second_id"),
        Index(None, "organisation_id", "found_at", "id"),
    )  # fmt: skip


ORDER = Order(OverbookingRow.found_at.desc(), OverbookingRow.id.desc())


def rivals(session: Session, wanted: Claim, but: UUID) -> Sequence[ItineraryRow]:
    """The other trips that claim one of these nights."""
    row = ItineraryRow
    query = select(row).where(
        row.listing_id == wanted.listing_id,
        row.state.in_(OCCUPYING),
        row.start < wanted.end,
        row.end > wanted.start,
        row.id != but,
    )
    return session.scalars(query.order_by(row.id)).all()


def open_of(session: Session, itinerary_id: UUID) -> list[OverbookingRow]:
    """The open overbookings of a trip, the oldest first."""
    row = OverbookingRow
    query = select(row).where(
        row.resolved_at.is_(None),
        or_(row.first_id == itinerary_id, row.second_id == itinerary_id),
    )
    return list(session.scalars(query.order_by(row.found_at, row.id)))


def listed(
    session: Session, *, listing_id: UUID | None, resolved: bool, cursor: str | None, limit: int
) -> Page[OverbookingRow]:
    """Open or resolved ones, the latest found first."""
    row = OverbookingRow
    query = select(row).where(
        row.resolved_at.is_not(None) if resolved else row.resolved_at.is_(None)
    )
    if listing_id is not None:
        query = query.where(row.listing_id == listing_id)
    return page(session, query, ORDER, cursor=cursor, limit=limit)


def trips(session: Session, ids: Collection[UUID]) -> dict[UUID, ItineraryRow]:
    """The trips with these ids."""
    if not ids:
        return {}
    found = session.scalars(select(ItineraryRow).where(ItineraryRow.id.in_(ids)))
    return {row.id: row for row in found}
