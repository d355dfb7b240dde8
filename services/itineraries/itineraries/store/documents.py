"""Documents of trips: the inbox's files by their ids, with a copy of what is known of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.files import Attachment
from contracts.itineraries import DocumentKind
from fairlead.store import Json, Scoped, Versioned, word

from .schema import Base


class DocumentRow(Scoped, Versioned, Base):
    """A file that is kept with a trip."""

    __tablename__ = "documents"

    id: Mapped[UUID]
    itinerary_id: Mapped[UUID]
    file_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(120))
    file: Mapped[Attachment] = mapped_column(Json(Attachment))
    kind: Mapped[DocumentKind] = mapped_column(word(DocumentKind))
    note: Mapped[str] = mapped_column(String(500))
    service_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    added_at: Mapped[dt.datetime]
    added_by: Mapped[UUID | None]
    added_by_name: Mapped[str] = mapped_column(String(200))
    shared: Mapped[bool]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"], ["itineraries.organisation_id", "itineraries.id"]
        ),
        Index(None, "organisation_id", "itinerary_id", "id"),
        Index(None, "organisation_id", "file_id"),
        Index(None, "organisation_id", "key"),
    )


def find(session: Session, id: UUID) -> DocumentRow | None:
    """The document with this id."""
    return session.scalars(select(DocumentRow).where(DocumentRow.id == id)).one_or_none()


def of_trip(session: Session, itinerary_id: UUID) -> Sequence[DocumentRow]:
    """The documents of a trip, the newest first."""
    query = select(DocumentRow).where(DocumentRow.itinerary_id == itinerary_id)
    return session.scalars(query.order_by(DocumentRow.added_at.desc(), DocumentRow.id.desc())).all()


def count(session: Session, itinerary_id: UUID) -> int:
    """How many documents a trip has."""
    query = select(func.count()).where(DocumentRow.itinerary_id == itinerary_id)
    return session.execute(query).scalar_one()


def leave_service(session: Session, itinerary_id: UUID, service_id: UUID) -> list[DocumentRow]:
    """Let the documents of a service that is no more be the whole trip's; returns which."""
    query = select(DocumentRow).where(
        DocumentRow.itinerary_id == itinerary_id, DocumentRow.service_id == service_id
    )
    found = list(session.scalars(query))
    for row in found:
        row.service_id = None
    return found


def learn(session: Session, file: Attachment) -> list[DocumentRow]:
    """Keep what was found out of a file; returns the documents that it is."""
    found = of_files(session, [file.id])
    for row in found:
        row.file = file
    return found


def held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these keys that a document has."""
    return set(session.scalars(select(DocumentRow.key).where(DocumentRow.key.in_(keys))))


def kept(session: Session, file_ids: Collection[UUID]) -> set[UUID]:
    """Those of these files that a document has."""
    query = select(DocumentRow.file_id).where(DocumentRow.file_id.in_(file_ids))
    return set(session.scalars(query))


def of_files(session: Session, file_ids: Collection[UUID]) -> list[DocumentRow]:
    """The documents that are these files."""
    return list(session.scalars(select(DocumentRow).where(DocumentRow.file_id.in_(file_ids))))
