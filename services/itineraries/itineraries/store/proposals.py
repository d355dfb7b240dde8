"""Proposals and their versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, PrimaryKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.itineraries import ProposalAnswer, ProposalContent, ProposalState
from fairlead.store import Json, Scoped, Versioned, word

from .schema import Base
from .trips import ItineraryRow


class ProposalRow(Scoped, Versioned, Base):
    """A proposal. `number` is that of its latest version; `fingerprint` that of its link."""

    __tablename__ = "proposals"

    id: Mapped[UUID]
    itinerary_id: Mapped[UUID]
    state: Mapped[ProposalState] = mapped_column(word(ProposalState))
    number: Mapped[int]
    fingerprint: Mapped[str | None] = mapped_column(String(64), unique=True)
    expires_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    answer: Mapped[ProposalAnswer | None] = mapped_column(Json(ProposalAnswer))
    created_at: Mapped[dt.datetime]
    created_by: Mapped[UUID | None]
    created_by_name: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"], ["itineraries.organisation_id", "itineraries.id"]
        ),
        Index(None, "organisation_id", "itinerary_id"),
    )


class ProposalVersionRow(Scoped, Base):
    """What a proposal offered in its `number`th version; `seen_at` is when it was first read."""

    __tablename__ = "proposal_versions"

    proposal_id: Mapped[UUID]
    number: Mapped[int]
    content: Mapped[ProposalContent] = mapped_column(Json(ProposalContent))
    created_at: Mapped[dt.datetime]
    created_by_name: Mapped[str] = mapped_column(String(200))
    seen_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "proposal_id", "number"),
        ForeignKeyConstraint(
            ["organisation_id", "proposal_id"], ["proposals.organisation_id", "proposals.id"]
        ),
    )


def find(session: Session, id: UUID, *, lock: bool = False) -> ProposalRow | None:
    """The proposal with this id; `lock` keeps it from others, and reads it anew."""
    query = select(ProposalRow).where(ProposalRow.id == id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one_or_none()


def find_by_fingerprint(session: Session, fingerprint: str) -> ProposalRow | None:
    """The proposal whose link has this fingerprint, of whatever organisation the session sees."""
    query = select(ProposalRow).where(ProposalRow.fingerprint == fingerprint)
    return session.scalars(query).one_or_none()


def of_trip(session: Session, itinerary_id: UUID) -> list[ProposalRow]:
    """The proposals of a trip, the latest first."""
    query = select(ProposalRow).where(ProposalRow.itinerary_id == itinerary_id)
    return list(session.scalars(query.order_by(ProposalRow.id.desc())))


def versions(session: Session, proposal_id: UUID) -> list[ProposalVersionRow]:
    """The versions of a proposal, the first one first."""
    row = ProposalVersionRow
    query = select(row).where(row.proposal_id == proposal_id)
    return list(session.scalars(query.order_by(row.number)))


def trips_of(session: Session, rows: Sequence[ProposalRow]) -> dict[UUID, ItineraryRow]:
    """The trips of these proposals, by their ids."""
    ids = {row.itinerary_id for row in rows}
    found = session.scalars(select(ItineraryRow).where(ItineraryRow.id.in_(ids)))
    return {row.id: row for row in found}


def version(session: Session, proposal_id: UUID, number: int) -> ProposalVersionRow:
    """One version of a proposal, which it has."""
    row = ProposalVersionRow
    query = select(row).where(row.proposal_id == proposal_id, row.number == number)
    return session.scalars(query).one()


def last_seen(session: Session, proposal_id: UUID, before: int) -> ProposalVersionRow | None:
    """The latest version that was read, of those before a number."""
    row = ProposalVersionRow
    query = (
        select(row)
        .where(row.proposal_id == proposal_id, row.number < before, row.seen_at.is_not(None))
        .order_by(row.number.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()
