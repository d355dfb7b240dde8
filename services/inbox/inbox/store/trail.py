"""The trail of a conversation: who did what with it, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import TrailEntry, TrailPage
from fairlead.audit import record
from fairlead.context import current
from fairlead.store import Json, Order, Scoped, new_id, page

from .conversations import ConversationRow
from .schema import Base


class TrailRow(Scoped, Base):
    """One step: what it was, before and after."""

    __tablename__ = "conversation_trail"
    __table_args__ = (
        Index("ix_conversation_trail_latest", "organisation_id", "conversation_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID]
    at: Mapped[dt.datetime]
    change: Mapped[str] = mapped_column(String(40))
    user_id: Mapped[UUID | None]
    user_name: Mapped[str] = mapped_column(String(200))
    before: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    after: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))


_LATEST = Order(TrailRow.at.desc(), TrailRow.id.desc())


def note(
    session: Session,
    conversation: ConversationRow,
    change: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> None:
    """Add a step of whoever acts, and write it into the organisation's audit log."""
    record(
        session,
        f"conversation.{change}",
        entity="conversation",
        id=conversation.id,
        label=conversation.contact_name or conversation.address,
        before=before,
        after=after,
        about=conversation.contact_id,
    )
    who = current()
    session.add(
        TrailRow(
            id=new_id(),
            conversation_id=conversation.id,
            at=dt.datetime.now(dt.UTC),
            change=change,
            user_id=who.user,
            user_name=(who.user_name or "")[:200],
            before=dict(before),
            after=dict(after),
        )
    )


def of(session: Session, conversation_id: UUID, *, cursor: str | None, limit: int) -> TrailPage:
    """A page of a conversation's steps, the latest first."""
    wanted = select(TrailRow).where(TrailRow.conversation_id == conversation_id)
    found = page(session, wanted, _LATEST, cursor=cursor, limit=limit)
    return TrailPage(entries=[_view_of(row) for row in found.items], cursor=found.next)


def _view_of(row: TrailRow) -> TrailEntry:
    return TrailEntry(
        id=row.id,
        conversation_id=row.conversation_id,
        at=row.at,
        change=row.change,
        user_id=row.user_id,
        user_name=row.user_name,
        before=row.before,
        after=row.after,
    )
