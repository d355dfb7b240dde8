"""Private comments, in a table of their own: nothing that composes or exports messages reads it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import Index, String, Text, select, union_all, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import Attachment, Comment, CommentPage, StreamItem, StreamPage
from contracts.inbox.comments import EarlierText
from fairlead.store import Json, Order, Scoped, Versioned, page

from .messages import MessageRow, shown
from .messages import view_of as message_view
from .schema import Base


class CommentRow(Scoped, Versioned, Base):
    """A comment as it stands, and what it said before."""

    __tablename__ = "comments"
    __table_args__ = (
        Index("ix_comments_newest", "organisation_id", "conversation_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID]
    at: Mapped[dt.datetime]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    attachments: Mapped[list[Attachment]] = mapped_column(Json(list[Attachment]))
    edited_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]
    earlier: Mapped[list[EarlierText]] = mapped_column(Json(list[EarlierText]))


_NEWEST = Order(CommentRow.at.desc(), CommentRow.id.desc())
_MESSAGES_NEWEST = Order(MessageRow.at.desc(), MessageRow.id.desc())


def locked(session: Session, id: UUID) -> CommentRow | None:
    """A comment, held until the transaction ends."""
    return session.scalars(
        select(CommentRow)
        .where(CommentRow.id == id)
        .with_for_update(of=CommentRow)
        .execution_options(populate_existing=True)
    ).first()


def show(session: Session, row: CommentRow, attachments: list[Attachment]) -> None:
    """Show the files of a comment as they are now, which changes nothing that somebody wrote."""
    session.execute(
        update(CommentRow)
        .where(CommentRow.id == row.id)
        .values(attachments=attachments)
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)


def of(session: Session, conversation_id: UUID, *, cursor: str | None, limit: int) -> CommentPage:
    """A page of the comments on a conversation, the newest first."""
    wanted = select(CommentRow).where(CommentRow.conversation_id == conversation_id)
    found = page(session, wanted, _NEWEST, cursor=cursor, limit=limit)
    return CommentPage(comments=[view_of(row) for row in found.items], cursor=found.next)


def stream(
    session: Session, conversation_id: UUID, *, cursor: str | None, limit: int
) -> StreamPage:
    """A page of a conversation's messages and comments together, the newest first."""
    # Each side gives its newest by its index; of these few the newest make the page.
    said = select(MessageRow.at, MessageRow.id).where(MessageRow.conversation_id == conversation_id)
    noted = select(CommentRow.at, CommentRow.id).where(
        CommentRow.conversation_id == conversation_id
    )
    if cursor is not None:
        _, values = _MESSAGES_NEWEST.decode(cursor)
        said = said.where(_MESSAGES_NEWEST.after(values, down=_MESSAGES_NEWEST.down))
        noted = noted.where(_NEWEST.after(values, down=_NEWEST.down))
    said = said.order_by(MessageRow.at.desc(), MessageRow.id.desc()).limit(limit + 1)
    noted = noted.order_by(CommentRow.at.desc(), CommentRow.id.desc()).limit(limit + 1)
    messages, comments = said.subquery(), noted.subquery()
    keys = union_all(select(messages), select(comments)).subquery()
    found = session.execute(
        select(MessageRow, CommentRow, keys.c.at, keys.c.id)
        .select_from(keys)
        .outerjoin(MessageRow, MessageRow.id == keys.c.id)
        .outerjoin(CommentRow, CommentRow.id == keys.c.id)
        .options(*shown())
        .order_by(keys.c.at.desc(), keys.c.id.desc())
        .limit(limit + 1)
    ).all()
    rows = found[:limit]
    more = len(found) > limit
    return StreamPage(
        items=[
            StreamItem(
                message=message_view(row[0]) if row[0] else None,
                comment=view_of(row[1]) if row[1] else None,
            )
            for row in rows
        ],
        cursor=_MESSAGES_NEWEST.encode("next", (rows[-1][2], rows[-1][3])) if more else None,
    )


def view_of(row: CommentRow) -> Comment:
    """A comment as it is shown."""
    return Comment(
        id=row.id,
        conversation_id=row.conversation_id,
        at=row.at,
        author_id=row.author_id,
        author_name=row.author_name,
        text=row.text,
        mentions=row.mentions,
        attachments=row.attachments,
        edited_at=row.edited_at,
        removed_at=row.removed_at,
        earlier=row.earlier,
        version=row.version,
    )
