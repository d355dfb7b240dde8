"""How messages were put on other trips by hand."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import LinkChange
from fairlead.context import current
from fairlead.store import Json, Scoped, new_id

from .schema import Base

SHOWN = 200


class MoveRow(Scoped, Base):
    """One change of a message's trips."""

    __tablename__ = "message_moves"
    __table_args__ = (Index(None, "organisation_id", "message_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    at: Mapped[dt.datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str] = mapped_column(String(200))
    before: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    after: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    reason: Mapped[str] = mapped_column(String(500))


def note(
    session: Session, message_id: UUID, before: list[UUID], after: list[UUID], reason: str
) -> None:
    """Keep who moved a message, and why."""
    who = current()
    session.add(
        MoveRow(
            id=new_id(),
            message_id=message_id,
            at=dt.datetime.now(dt.UTC),
            user_id=who.user,
            user_name=(who.user_name or "")[:200],
            before=before,
            after=after,
            reason=reason,
        )
    )


def of(session: Session, message_id: UUID) -> list[LinkChange]:
    """How a message came to its trip, the latest first."""
    rows = session.scalars(
        select(MoveRow)
        .where(MoveRow.message_id == message_id)
        .order_by(MoveRow.at.desc(), MoveRow.id.desc())
        .limit(SHOWN)
    )
    return [
        LinkChange(
            id=row.id,
            message_id=row.message_id,
            at=row.at,
            user_id=row.user_id,
            user_name=row.user_name,
            itinerary_ids_before=row.before,
            itinerary_ids_after=row.after,
            reason=row.reason,
        )
        for row in rows
    ]
