"""Whose the conversations and messages were of contacts that are part of others now.

Each such row is written down under the contact that it came to, so that it goes with him wherever
he goes; what came since is the survivor's and is not written down.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Json, Scoped, insert_many, word

from .conversations import ConversationRow
from .links import ContactLinkRow
from .messages import MessageRow
from .schema import Base

T = TypeVar("T")

AT_ONCE = 500


class Kind(enum.Enum):
    """What kind of row it is."""

    CONVERSATION = "conversation"
    MESSAGE = "message"


class OriginRow(Scoped, Base):
    """A row that came to `contact_id`, who is part of another now.

    A conversation's has its own `key`, and as `others` the messages in it that were the survivor's
    before they became one.
    """

    __tablename__ = "contact_origins"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "contact_id", "kind", "row_id"),
        Index(None, "organisation_id", "row_id"),
    )

    contact_id: Mapped[UUID]
    kind: Mapped[Kind] = mapped_column(word(Kind))
    row_id: Mapped[UUID]
    key: Mapped[str | None] = mapped_column(String(400))
    others: Mapped[list[UUID] | None] = mapped_column(Json(list[UUID]))


def conversations_of(session: Session, contact_id: UUID) -> dict[UUID, OriginRow | None]:
    """The conversations that came to a contact, those of others who are part of him left out, with
    what is written down of them."""
    written = {row.row_id: row for row in _written(session, contact_id, Kind.CONVERSATION)}
    here = session.scalars(
        select(ConversationRow.id).where(ConversationRow.contact_id == contact_id)
    ).all()
    anothers = written_down(session, here)
    return {**{id: None for id in here if id not in anothers}, **written}


def written_down(session: Session, ids: Iterable[UUID]) -> dict[UUID, OriginRow]:
    """What is written down of these conversations."""
    found: dict[UUID, OriginRow] = {}
    for some in batches(ids):
        query = select(OriginRow).where(
            OriginRow.row_id.in_(some), OriginRow.kind == Kind.CONVERSATION
        )
        found |= {row.row_id: row for row in session.scalars(query)}
    return found


def messages_of(session: Session, contact_id: UUID, *, here: bool) -> set[UUID]:
    """The messages that are written down of a contact, and with `here` all that are his now."""
    found = {row.row_id for row in _written(session, contact_id, Kind.MESSAGE)}
    if here:
        found |= set(
            session.scalars(
                select(ContactLinkRow.message_id).where(ContactLinkRow.contact_id == contact_id)
            )
        )
    return found


def add_conversation(
    session: Session, contact_id: UUID, row: ConversationRow, known: OriginRow | None
) -> OriginRow:
    """Write down that a conversation came to a contact, if it is not."""
    if known is None:
        known = OriginRow(
            contact_id=contact_id, kind=Kind.CONVERSATION, row_id=row.id, key=row.key, others=[]
        )
        session.add(known)
    return known


def add_messages(session: Session, contact_id: UUID, ids: Collection[UUID]) -> None:
    """Write down that messages came to a contact."""
    new = [{"contact_id": contact_id, "kind": Kind.MESSAGE, "row_id": id} for id in ids]
    for some in batches(new):
        insert_many(session, OriginRow, some, known=True)


def forget(session: Session, contact_id: UUID) -> None:
    """A contact stands by himself again: what came to him is where it belongs."""
    session.execute(
        delete(OriginRow)
        .where(OriginRow.contact_id == contact_id)
        .execution_options(synchronize_session=False)
    )


def are_anothers(session: Session, ids: Collection[UUID], contact_id: UUID) -> set[UUID]:
    """Those of these messages that are written down of other contacts than this one."""
    found: set[UUID] = set()
    for some in batches(ids):
        found |= set(
            session.scalars(
                select(OriginRow.row_id).where(
                    OriginRow.row_id.in_(some),
                    OriginRow.kind == Kind.MESSAGE,
                    OriginRow.contact_id != contact_id,
                )
            )
        )
    return found


def in_conversation(session: Session, conversation_id: UUID, contact_id: UUID) -> list[UUID]:
    """The messages in a conversation that are a contact's."""
    return list(
        session.scalars(
            select(MessageRow.id).where(
                MessageRow.conversation_id == conversation_id, MessageRow.contact_id == contact_id
            )
        )
    )


def _written(session: Session, contact_id: UUID, kind: Kind) -> list[OriginRow]:
    query = select(OriginRow).where(OriginRow.contact_id == contact_id, OriginRow.kind == kind)
    return list(session.scalars(query))


def batches(items: Iterable[T]) -> Iterable[list[T]]:
    """In parts: a statement takes so many parameters at most."""
    found = list(items)
    return (found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE))
