"""What each merge of conversations moved, so that it can be taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Index, String, column, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Json, Scoped
from fairlead.store.search import retag

from ..domain.merging import Face
from ..domain.turns import Mark, Place, Turn
from . import indexes
from .comments import CommentRow
from .conversations import ConversationRow
from .links import TripLinkRow
from .messages import MessageRow
from .schema import Base
from .unread import UnreadRow
from .waits import MarkRow

_STANDING = column("undone_at").is_(None)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What went from the source into the target, and what the target was before and after."""

    before: Face
    after: Face
    message_ids: list[UUID]
    comment_ids: list[UUID]
    label_ids: list[UUID]
    marks: list[tuple[dt.datetime, UUID]]
    unread_before: dict[UUID, int]
    unread_after: dict[UUID, int]


class MergeRow(Scoped, Base):
    """One merge: `source_id` into `target_id`."""

    __tablename__ = "conversation_merges"
    __table_args__ = (
        Index(
            "ix_conversation_merges_source",
            "organisation_id",
            "source_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index("ix_conversation_merges_target", "organisation_id", "target_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source_id: Mapped[UUID]
    target_id: Mapped[UUID]
    at: Mapped[dt.datetime]
    user_id: Mapped[UUID | None]
    user_name: Mapped[str] = mapped_column(String(200))
    undone_at: Mapped[dt.datetime | None]
    moved: Mapped[Moved] = mapped_column(Json(Moved))


def standing(session: Session, source_id: UUID) -> MergeRow | None:
    """The merge by which a conversation is in another one."""
    wanted = select(MergeRow).where(MergeRow.source_id == source_id, MergeRow.undone_at.is_(None))
    return session.scalars(wanted).first()


def merged_in(session: Session, id: UUID) -> set[UUID]:
    """A conversation with all that are in it."""
    found, asked = {id}, {id}
    while asked:
        inside = select(MergeRow.source_id).where(
            MergeRow.target_id.in_(asked), MergeRow.undone_at.is_(None)
        )
        asked = set(session.scalars(inside)) - found
        found |= asked
    return found


def message_ids(session: Session, conversation_id: UUID) -> list[UUID]:
    """The messages of a conversation."""
    return list(
        session.scalars(select(MessageRow.id).where(MessageRow.conversation_id == conversation_id))
    )


def later_messages(session: Session, row: MergeRow, connection_id: UUID | None) -> list[UUID]:
    """The messages that came into the target by a connection, but for those that were moved."""
    known = set(row.moved.message_ids)
    found = session.scalars(
        select(MessageRow.id).where(
            MessageRow.conversation_id == row.target_id,
            MessageRow.connection_id == connection_id,
        )
    )
    return [each for each in found if each not in known]


def comment_ids(session: Session, conversation_id: UUID) -> list[UUID]:
    """The comments on a conversation."""
    return list(
        session.scalars(select(CommentRow.id).where(CommentRow.conversation_id == conversation_id))
    )


def move(
    session: Session, messages: Sequence[UUID], comments: Sequence[UUID], source: UUID, to: UUID
) -> None:
    """Let these messages and comments of a conversation be those of another."""
    tag = indexes.MESSAGES.tag
    retag(session, messages, tag(indexes.CONVERSATION, source), tag(indexes.CONVERSATION, to))
    for ids in _some(messages):
        _set(session, update(MessageRow).where(MessageRow.id.in_(ids)), to)
        _set(session, update(TripLinkRow).where(TripLinkRow.message_id.in_(ids)), to)
    for ids in _some(comments):
        _set(session, update(CommentRow).where(CommentRow.id.in_(ids)), to)


def copy_marks(session: Session, source_id: UUID, target_id: UUID) -> list[Place]:
    """Let what was said by hand of the source hold in the target; returns where it was new."""
    there = {place for place, _ in _marks(session, target_id)}
    copied = [(place, row) for place, row in _marks(session, source_id) if place not in there]
    for place, row in copied:
        session.add(
            MarkRow(
                conversation_id=target_id,
                after_at=place[0],
                after_id=place[1],
                state=row.state,
                at=row.at,
                user_id=row.user_id,
            )
        )
    return [place for place, _ in copied]


def drop_marks(session: Session, conversation_id: UUID, places: Collection[Place]) -> None:
    """Forget what was said by hand at these places."""
    for at, id in places:
        session.execute(
            delete(MarkRow)
            .where(
                MarkRow.conversation_id == conversation_id,
                MarkRow.after_at == at,
                MarkRow.after_id == id,
            )
            .execution_options(synchronize_session="fetch")
        )


def unread(session: Session, conversation_id: UUID) -> dict[UUID, UnreadRow]:
    """What each user has to read in a conversation."""
    found = session.scalars(select(UnreadRow).where(UnreadRow.conversation_id == conversation_id))
    return {row.user_id: row for row in found}


def all_turns(session: Session, conversation_id: UUID) -> tuple[list[Turn], list[Mark]]:
    """Everything that the waits of a conversation follow from."""
    rows = session.execute(
        select(MessageRow.at, MessageRow.id, MessageRow.side, MessageRow.author_id).where(
            MessageRow.conversation_id == conversation_id, MessageRow.side.is_not(None)
        )
    )
    turns = [Turn((row.at, row.id), row.side, row.author_id) for row in rows]
    marks = [
        Mark(place, row.state, row.at, row.user_id)
        for place, row in _marks(session, conversation_id)
    ]
    return turns, marks


def latest(session: Session, conversation_id: UUID) -> MessageRow | None:
    """The newest message of a conversation."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id)
        .order_by(MessageRow.at.desc(), MessageRow.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).first()


def held(session: Session, ids: Collection[UUID]) -> dict[UUID, ConversationRow]:
    """These conversations, merged ones among them, held in one order until the end."""
    found = session.scalars(
        select(ConversationRow)
        .where(ConversationRow.id.in_(ids))
        .order_by(ConversationRow.contact_id, ConversationRow.id)
        .with_for_update(of=ConversationRow)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in found}


def _marks(session: Session, conversation_id: UUID) -> list[tuple[Place, MarkRow]]:
    rows = session.scalars(select(MarkRow).where(MarkRow.conversation_id == conversation_id))
    return [((row.after_at, row.after_id), row) for row in rows]


def _set(session: Session, statement: Any, conversation_id: UUID) -> None:
    session.execute(
        statement.values(conversation_id=conversation_id).execution_options(
            synchronize_session=False
        )
    )


def _some(ids: Collection[UUID]) -> list[list[UUID]]:
    """In parts: a statement takes so many parameters at most."""
    every = list(ids)
    return [every[start : start + 5000] for start in range(0, len(every), 5000)]
