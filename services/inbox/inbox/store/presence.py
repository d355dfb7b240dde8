"""Who is in a conversation right now: rows that last for seconds, shared by all replicas."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import Doing, Present
from fairlead.store import Scoped, insert_into, word

from .schema import Base

ENDED_AT_ONCE = 500


class PresenceRow(Scoped, Base):
    """A user in a conversation, until a moment."""

    __tablename__ = "presence"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "conversation_id", "user_id"),
        Index(None, "until"),
    )

    conversation_id: Mapped[UUID]
    user_id: Mapped[UUID]
    user_name: Mapped[str] = mapped_column(String(200))
    doing: Mapped[Doing] = mapped_column(word(Doing))
    until: Mapped[dt.datetime]


def of(session: Session, conversation_id: UUID, now: dt.datetime) -> list[Present]:
    """Who is in a conversation, in one order."""
    rows = session.scalars(
        select(PresenceRow)
        .where(PresenceRow.conversation_id == conversation_id, PresenceRow.until > now)
        .order_by(PresenceRow.user_id)
        .execution_options(populate_existing=True)
    )
    return [
        Present(user_id=row.user_id, user_name=row.user_name, doing=row.doing, until=row.until)
        for row in rows
    ]


def put(session: Session, conversation_id: UUID, present: Present) -> None:
    """Let a user be in a conversation."""
    values = {
        "user_name": present.user_name,
        "doing": present.doing,
        "until": present.until,
    }
    session.execute(
        insert_into(session, PresenceRow)
        .values(conversation_id=conversation_id, user_id=present.user_id, **values)
        .on_conflict_do_update(
            index_elements=[
                PresenceRow.organisation_id,
                PresenceRow.conversation_id,
                PresenceRow.user_id,
            ],
            set_=values,
        )
    )


def remove(session: Session, conversation_id: UUID, user_id: UUID) -> None:
    """Let a user no longer be in a conversation."""
    session.execute(
        delete(PresenceRow)
        .where(PresenceRow.conversation_id == conversation_id, PresenceRow.user_id == user_id)
        .execution_options(synchronize_session=False)
    )


def end(session: Session, now: dt.datetime) -> set[tuple[UUID, UUID]]:
    """Take away those whose time is over, some at once; returns organisations and conversations."""
    over = session.scalars(
        select(PresenceRow)
        .where(PresenceRow.until <= now)
        .order_by(PresenceRow.until)
        .limit(ENDED_AT_ONCE)
        .with_for_update(skip_locked=True, of=PresenceRow)
    ).all()
    for row in over:
        session.delete(row)
    session.flush()
    return {(row.organisation_id, row.conversation_id) for row in over}
