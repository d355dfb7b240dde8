"""Reviews."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.itineraries import ReviewDetails
from fairlead.store import Json, Order, Page, Scoped, Versioned, page

from .schema import Base


class ReviewRow(Scoped, Versioned, Base):
    """A review as its source tells it, and when it was answered."""

    __tablename__ = "reviews"

    id: Mapped[UUID]
    source: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str] = mapped_column(String(200))
    details: Mapped[ReviewDetails] = mapped_column(Json(ReviewDetails))
    date: Mapped[dt.date]
    itinerary_id: Mapped[UUID | None]
    listing_id: Mapped[UUID | None]
    answered_at: Mapped[dt.datetime | None]
    recorded_at: Mapped[dt.datetime]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        UniqueConstraint("organisation_id", "source", "external_id"),
        Index(None, "organisation_id", "date", "id"),
        Index(None, "organisation_id", "itinerary_id"),
        Index(None, "organisation_id", "listing_id", "date", "id"),
    )


ORDER = Order(ReviewRow.date.desc(), ReviewRow.id.desc())


def find(session: Session, id: UUID, *, lock: bool = False) -> ReviewRow | None:
    """The review with this id; `lock` keeps it from others until the transaction ends."""
    query = select(ReviewRow).where(ReviewRow.id == id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def find_external(session: Session, source: str, external_id: str) -> ReviewRow | None:
    """The review that a source calls so, kept from others until the transaction ends."""
    query = select(ReviewRow).where(
        ReviewRow.source == source, ReviewRow.external_id == external_id
    )
    return session.scalars(query.with_for_update()).one_or_none()


def listed(
    session: Session,
    *,
    itinerary_id: UUID | None,
    listing_id: UUID | None,
    source: str | None,
    date_from: dt.date | None,
    date_to: dt.date | None,
    answered: bool | None,
    cursor: str | None,
    limit: int,
) -> Page[ReviewRow]:
    """Reviews, the latest day first."""
    row = ReviewRow
    query = select(row)
    alike = {row.itinerary_id: itinerary_id, row.listing_id: listing_id, row.source: source}
    query = query.where(*(column == value for column, value in alike.items() if value is not None))
    if date_from is not None:
        query = query.where(row.date >= date_from)
    if date_to is not None:
        query = query.where(row.date <= date_to)
    if answered is not None:
        has = row.answered_at.is_not(None)
        query = query.where(has if answered else ~has)
    return page(session, query, ORDER, cursor=cursor, limit=limit)
