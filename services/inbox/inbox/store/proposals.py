"""What the inbox knows of proposals: kept by `proposal.changed`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.itineraries import Proposal, ProposalState
from fairlead.projections.models import is_news
from fairlead.store import Json, Scoped, insert_into

from ..domain.offers import Offer, offer_of
from .schema import Base


class ProposalRow(Scoped, Base):
    """A proposal as of the latest version that was heard of; `open` unless it is withdrawn."""

    __tablename__ = "known_proposals"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "itinerary_id"),
    )

    id: Mapped[UUID]
    itinerary_id: Mapped[UUID]
    version: Mapped[int]
    open: Mapped[bool]
    created_at: Mapped[dt.datetime]
    document: Mapped[Offer] = mapped_column(Json(Offer))


def learn(session: Session, proposal: Proposal, *, anew: bool = False) -> None:
    """Keep `proposal` unless a newer version is known."""
    values = {
        "itinerary_id": proposal.itinerary_id,
        "version": proposal.version,
        "open": proposal.state is not ProposalState.WITHDRAWN,
        "created_at": proposal.created_at,
        "document": offer_of(proposal),
    }
    session.execute(
        insert_into(session, ProposalRow)
        .values(id=proposal.id, **values)
        .on_conflict_do_update(
            index_elements=[ProposalRow.organisation_id, ProposalRow.id],
            set_=values,
            where=is_news(ProposalRow.version, proposal.version, anew=anew),
        )
    )


def forget(session: Session, id: UUID) -> None:
    """Know no more of a proposal."""
    session.execute(
        delete(ProposalRow).where(ProposalRow.id == id).execution_options(synchronize_session=False)
    )


def latest(session: Session, itinerary_ids: Collection[UUID]) -> dict[UUID, Offer]:
    """The last proposal of each of these trips that is not withdrawn."""
    if not itinerary_ids:
        return {}
    found = session.execute(
        select(ProposalRow.itinerary_id, ProposalRow.document)
        .where(ProposalRow.itinerary_id.in_(itinerary_ids), ProposalRow.open)
        .order_by(ProposalRow.created_at, ProposalRow.id)
    )
    return {itinerary_id: offer for itinerary_id, offer in found}  # noqa: C416 — rows are no tuples
