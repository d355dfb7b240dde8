"""What each user has not seen yet: a row for each conversation in which there is something.

Rows come with each message, for every user, so that a badge and a list are one look into an index
and who comes new has nothing to catch up with. They go when he reads, when the conversation is
archived, and after a while by themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, delete, select
from sqlalchemy.orm import Mapped, Session

from fairlead.store import Scoped, insert_into

from .schema import Base


class UnreadRow(Scoped, Base):
    """How many messages of a conversation a user has still to read."""

    __tablename__ = "unread"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "user_id", "conversation_id"),
        Index(None, "organisation_id", "conversation_id"),
        Index(None, "at"),
    )

    user_id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    count: Mapped[int]
    at: Mapped[dt.datetime]


def add(session: Session, conversation_id: UUID, users: Collection[UUID], at: dt.datetime) -> None:
    """One message more for each of these users."""
    if not users:
        return
    session.execute(
        insert_into(session, UnreadRow).on_conflict_do_update(
            index_elements=[
                UnreadRow.organisation_id,
                UnreadRow.user_id,
                UnreadRow.conversation_id,
            ],
            set_={"count": UnreadRow.count + 1, "at": at},
        ),
        [
            {"user_id": user, "conversation_id": conversation_id, "count": 1, "at": at}
            for user in users
        ],
    )


def put(
    session: Session, conversation_id: UUID, user_id: UUID, count: int, at: dt.datetime
) -> None:
    """Let a user have so many to read."""
    session.execute(
        insert_into(session, UnreadRow)
        .values(user_id=user_id, conversation_id=conversation_id, count=count, at=at)
        .on_conflict_do_update(
            index_elements=[
                UnreadRow.organisation_id,
                UnreadRow.user_id,
                UnreadRow.conversation_id,
            ],
            set_={"count": count, "at": at},
        )
    )


def of(session: Session, conversation_id: UUID, user_id: UUID) -> int:
    """How many a user has to read in a conversation."""
    wanted = select(UnreadRow.count).where(
        UnreadRow.conversation_id == conversation_id, UnreadRow.user_id == user_id
    )
    return session.scalars(wanted).first() or 0


def clear(session: Session, conversation_id: UUID, user_id: UUID | None = None) -> bool:
    """A user, or everybody, has nothing to read in a conversation; returns whether that is new."""
    gone = delete(UnreadRow).where(UnreadRow.conversation_id == conversation_id)
    if user_id is not None:
        gone = gone.where(UnreadRow.user_id == user_id)
    result = session.execute(gone.execution_options(synchronize_session=False))
    return bool(result.rowcount)  # type: ignore[attr-defined]


def forget(session: Session, before: dt.datetime) -> None:
    """What nobody read for so long is no news any more."""
    session.execute(
        delete(UnreadRow).where(UnreadRow.at < before).execution_options(synchronize_session=False)
    )
