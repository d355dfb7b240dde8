"""What is sold, and through which portals."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    cast,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from contracts.files import Attachment
from contracts.itineraries import ExternalId
from fairlead.store import Json, Scoped, Versioned

from .schema import Base


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a listing shows: where its content is, and a copy of what the inbox knows."""

    key: str
    file: Attachment


class ListingRow(Scoped, Versioned, Base):
    """A property or product that is sold."""

    __tablename__ = "listings"

    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(500))
    zone: Mapped[str] = mapped_column(String(64))
    capacity: Mapped[int | None]
    owner_id: Mapped[UUID | None]
    external_ids: Mapped[list[ExternalId]] = mapped_column(Json(list[ExternalId]))
    tags: Mapped[list[str]] = mapped_column(Json(list[str]))
    archived: Mapped[bool]
    pictures: Mapped[list[Picture]] = mapped_column(Json(list[Picture]))

    names: Mapped[list[ListingNameRow]] = relationship(cascade="all, delete-orphan")

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)


class ListingNameRow(Scoped, Base):
    """What a portal calls a listing: no two listings have the same there."""

    __tablename__ = "listing_names"

    source: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str] = mapped_column(String(200))
    listing_id: Mapped[UUID]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "source", "external_id"),
        ForeignKeyConstraint(
            ["organisation_id", "listing_id"], ["listings.organisation_id", "listings.id"]
        ),
        Index(None, "organisation_id", "listing_id"),
    )


class PortalRow(Scoped, Versioned, Base):
    """A source of bookings."""

    __tablename__ = "portals"

    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    tags: Mapped[list[str]] = mapped_column(Json(list[str]))
    archived: Mapped[bool]

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)


def listings(session: Session, archived: bool | None = None) -> list[ListingRow]:
    """All listings by name, or those that are archived or are not."""
    query = select(ListingRow).order_by(ListingRow.name, ListingRow.id)
    if archived is not None:
        query = query.where(ListingRow.archived == archived)
    return list(session.scalars(query))


def listing(session: Session, id: UUID, *, lock: bool = False) -> ListingRow | None:
    """The listing with this id; `lock` keeps it from others until the transaction ends."""
    query = select(ListingRow).where(ListingRow.id == id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def showing(session: Session, words: Collection[str], *, lock: bool = False) -> list[ListingRow]:
    """The listings among whose pictures is one of these ids or keys; `lock` as in `listing`."""
    if not words:
        return []
    # Listings are few beside trips, so that they are looked through; files are asked for daily.
    written = cast(ListingRow.pictures, Text)
    query = select(ListingRow).where(or_(*(written.contains(each) for each in words)))
    query = query.order_by(ListingRow.id)
    return list(session.scalars(query.with_for_update() if lock else query))


def taken(
    session: Session, names: Collection[ExternalId], listing_id: UUID
) -> ListingNameRow | None:
    """One of these names that another listing has."""
    for each in names:
        query = select(ListingNameRow).where(
            ListingNameRow.source == each.source,
            ListingNameRow.external_id == each.id,
            ListingNameRow.listing_id != listing_id,
        )
        found = session.scalars(query).one_or_none()
        if found is not None:
            return found
    return None


def portals(session: Session) -> list[PortalRow]:
    """All portals by name."""
    return list(session.scalars(select(PortalRow).order_by(PortalRow.name, PortalRow.id)))


def portal(session: Session, id: UUID, *, lock: bool = False) -> PortalRow | None:
    """The portal with this id; `lock` as in `listing`."""
    query = select(PortalRow).where(PortalRow.id == id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()
