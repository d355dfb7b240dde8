"""Drafts of users. One that has ended stays for a while without its words, so that a save that
was under way when it was sent does not bring it back."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, column, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import Draft, DraftPage, SavedDraft
from fairlead.store import Json, Order, Scoped, page

from . import merges
from .schema import Base

_OPEN = column("ended_at").is_(None)


class DraftRow(Scoped, Base):
    """A draft of a user."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index(
            "uq_drafts_conversation",
            "organisation_id",
            "user_id",
            "conversation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_drafts_latest", "organisation_id", "user_id", "saved_at", "id"),
        Index(None, "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    user_id: Mapped[UUID]
    conversation_id: Mapped[UUID | None]
    itinerary_id: Mapped[UUID | None]
    draft: Mapped[Draft] = mapped_column(Json(Draft))
    saved_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


_LATEST = Order(DraftRow.saved_at.desc(), DraftRow.id.desc())


def locked(session: Session, id: UUID, user_id: UUID) -> DraftRow | None:
    """A user's draft, ended or not, held until the transaction ends."""
    return session.scalars(
        select(DraftRow)
        .where(DraftRow.id == id, DraftRow.user_id == user_id)
        .with_for_update(of=DraftRow)
        .execution_options(populate_existing=True)
    ).first()


def get(session: Session, id: UUID, user_id: UUID) -> DraftRow | None:
    """A user's draft that has not ended."""
    wanted = select(DraftRow).where(DraftRow.id == id, DraftRow.user_id == user_id)
    return session.scalars(wanted.where(DraftRow.ended_at.is_(None))).first()


def of_conversation(session: Session, user_id: UUID, conversation_id: UUID) -> DraftRow | None:
    """The user's draft in a conversation."""
    wanted = select(DraftRow).where(
        DraftRow.user_id == user_id,
        DraftRow.conversation_id == conversation_id,
        DraftRow.ended_at.is_(None),
    )
    return session.scalars(wanted).first()


def count(session: Session, user_id: UUID) -> int:
    """How many drafts a user has."""
    wanted = select(func.count(DraftRow.id))
    return session.scalars(
        wanted.where(DraftRow.user_id == user_id, DraftRow.ended_at.is_(None))
    ).one()


def listed(
    session: Session,
    user_id: UUID,
    *,
    conversation_id: UUID | None,
    itinerary_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> DraftPage:
    """A page of a user's drafts, the latest first."""
    statement = select(DraftRow).where(DraftRow.user_id == user_id, DraftRow.ended_at.is_(None))
    if conversation_id is not None:
        together = merges.merged_in(session, conversation_id)
        statement = statement.where(DraftRow.conversation_id.in_(together))
    if itinerary_id is not None:
        statement = statement.where(DraftRow.itinerary_id == itinerary_id)
    found = page(session, statement, _LATEST, cursor=cursor, limit=limit)
    return DraftPage(drafts=[view_of(row) for row in found.items], cursor=found.next)


def forget(session: Session, before: dt.datetime) -> None:
    """Forget those that ended long ago."""
    session.execute(
        delete(DraftRow)
        .where(DraftRow.ended_at < before)
        .execution_options(synchronize_session=False)
    )


def view_of(row: DraftRow) -> SavedDraft:
    """A row as it is shown."""
    return SavedDraft(
        id=row.id,
        conversation_id=row.conversation_id,
        itinerary_id=row.itinerary_id,
        draft=row.draft,
        saved_at=row.saved_at,
        version=row.version,
    )
