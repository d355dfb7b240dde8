"""Conversations: a row holds what a list shows of one, so that the list is one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import (
    Index,
    String,
    Text,
    UniqueConstraint,
    column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, query_expression

from contracts.channels import DeliveryStatus
from contracts.common import Channel
from contracts.inbox import (
    ByHand,
    Conversation,
    ConversationKind,
    ConversationState,
    Direction,
    FollowUp,
)
from fairlead.errors import NotFound
from fairlead.store import Json, Versioned, word
from fairlead.store.search import Entry, Searched, put, words

from ..domain.conversations import key as key_of
from . import indexes, trips
from .people import searchable
from .schema import Base

_UNREAD = column("unread") > 0
_PUT_OFF = column("put_off_until").is_not(None)
_UNASSIGNED = column("assignee_id").is_(None)
_ATTENTIVE = column("state") == ConversationState.ATTENTIVE.value
_GROUP = column("kind") == ConversationKind.GROUP.value


class ConversationRow(Searched, Versioned, Base):
    """A conversation with its latest message; `key` is what it is unique by.

    `turn_at` and `turn_id` are the place of the last message that counts. Who set `state` by hand
    stands in `marked_*` while that holds. `labelled` are the ids of its labels with commas between;
    one that is gone leaves a comma.
    """

    __tablename__ = "conversations"
    search_index = indexes.CONVERSATIONS
    __table_args__ = (
        UniqueConstraint("organisation_id", "key"),
        Index("ix_conversations_latest", "organisation_id", "archived", "last_at", "id"),
        # A channel that few write by would else be looked for among all conversations.
        Index(
            "ix_conversations_channel", "organisation_id", "channel", "archived", "last_at", "id"
        ),
        Index(
            "ix_conversations_connection",
            "organisation_id",
            "connection_id",
            "archived",
            "last_at",
            "id",
        ),
        Index(None, "organisation_id", "contact_id"),
        Index(
            "ix_conversations_unread",
            "organisation_id",
            "archived",
            "last_at",
            "id",
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        ),
        Index(
            "ix_conversations_attentive",
            "organisation_id",
            "archived",
            "last_at",
            "id",
            sqlite_where=_ATTENTIVE,
            postgresql_where=_ATTENTIVE,
        ),
        Index(
            "ix_conversations_assignee",
            "organisation_id",
            "assignee_id",
            "archived",
            "last_at",
            "id",
        ),
        # PostgreSQL takes no order from an index behind a column that IS NULL.
        Index(
            "ix_conversations_unassigned",
            "organisation_id",
            "archived",
            "last_at",
            "id",
            sqlite_where=_UNASSIGNED,
            postgresql_where=_UNASSIGNED,
        ),
        Index(
            "ix_conversations_put_off",
            "organisation_id",
            "archived",
            "last_at",
            "id",
            sqlite_where=_PUT_OFF,
            postgresql_where=_PUT_OFF,
        ),
        Index(
            "ix_conversations_groups",
            "organisation_id",
            "archived",
            "last_at",
            "id",
            sqlite_where=_GROUP,
            postgresql_where=_GROUP,
        ),
        Index(
            "ix_conversations_due",
            "put_off_until",
            sqlite_where=_PUT_OFF,
            postgresql_where=_PUT_OFF,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(400))
    channel: Mapped[Channel] = mapped_column(word(Channel))
    connection_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    contact_name: Mapped[str] = mapped_column(String(320))
    contact_searched: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    preview: Mapped[str] = mapped_column(String(200))
    searched: Mapped[str] = mapped_column(Text)
    last_message_id: Mapped[UUID | None]
    last_direction: Mapped[Direction] = mapped_column(word(Direction))
    last_status: Mapped[DeliveryStatus | None] = mapped_column(word(DeliveryStatus))
    last_at: Mapped[dt.datetime]
    unread: Mapped[int]
    archived: Mapped[bool]
    itinerary_ids: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    state: Mapped[ConversationState] = mapped_column(
        word(ConversationState), server_default=ConversationState.ANSWERED.value
    )
    marked_at: Mapped[dt.datetime | None]
    marked_by: Mapped[UUID | None]
    marked_name: Mapped[str | None] = mapped_column(String(200))
    turn_at: Mapped[dt.datetime | None]
    turn_id: Mapped[UUID | None]
    waiting_since: Mapped[dt.datetime | None]
    assignee_id: Mapped[UUID | None]
    merged_into: Mapped[UUID | None]
    put_off_until: Mapped[dt.datetime | None]
    put_off_by: Mapped[UUID | None]
    put_off_name: Mapped[str | None] = mapped_column(String(200))
    put_off_note: Mapped[str | None] = mapped_column(String(500))
    labelled: Mapped[str] = mapped_column(Text, server_default=",")
    kind: Mapped[ConversationKind] = mapped_column(
        word(ConversationKind), server_default=ConversationKind.PERSON.value
    )
    group_id: Mapped[UUID | None]
    unread_mine: Mapped[int | None] = query_expression()

    def search_entry(self, session: Session) -> Entry:
        """By who it is with, by its latest subject and by the references of its trips; by nothing
        once it was merged into another."""
        tag = self.search_index.tag
        if self.merged_into is not None:
            return Entry(
                self.search_index, self.organisation_id, self.id, self.last_at, words=frozenset()
            )
        references = trips.references(session, self.organisation_id, self.itinerary_ids)
        who = (self.contact_name, self.contact_searched, self.address)
        tags = {
            tag(indexes.CHANNEL, self.channel.value),
            tag(indexes.CONNECTION, self.connection_id),
            tag(indexes.CONTACT, self.contact_id),
            tag(indexes.ARCHIVED, self.archived),
            *(tag(indexes.TRIP, each) for each in self.itinerary_ids),
        }
        return Entry(
            index=self.search_index,
            organisation=self.organisation_id,
            id=self.id,
            at=self.last_at,
            words=words(*who, self.subject, *references),
            tags=frozenset(tags),
        )


def id_of(
    session: Session,
    channel: Channel,
    connection_id: UUID | None,
    contact_id: UUID | None,
    address: str,
) -> UUID | None:
    """Its id, where there is one that was not merged."""
    key = key_of(channel, connection_id, contact_id, address)
    wanted = select(ConversationRow.id).where(
        ConversationRow.key == key, ConversationRow.merged_into.is_(None)
    )
    return session.scalars(wanted).first()


def of_contacts(session: Session, ids: Collection[UUID]) -> list[UUID]:
    """The conversations with these contacts, merged ones among them."""
    wanted = select(ConversationRow.id).where(ConversationRow.contact_id.in_(ids))
    return list(session.scalars(wanted))


def is_taken(session: Session, key: str) -> bool:
    """Whether a conversation has this key."""
    wanted = select(ConversationRow.id).where(ConversationRow.key == key)
    return session.scalars(wanted).first() is not None


def need(session: Session, id: UUID) -> None:
    """Raise NotFound unless there is such a conversation."""
    if session.scalars(select(ConversationRow.id).where(ConversationRow.id == id)).first() is None:
        raise not_found()


def view(session: Session, id: UUID) -> Conversation:
    """A conversation as it is shown; raises NotFound."""
    session.flush()
    row = session.scalars(
        select(ConversationRow)
        .where(ConversationRow.id == id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise not_found()
    return view_of(row)


def come_back(row: ConversationRow) -> None:
    """Let a conversation no longer be put off."""
    row.put_off_until, row.put_off_by = None, None
    row.put_off_name, row.put_off_note = None, None


def due(session: Session, now: dt.datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Organisation and id of conversations that were put off until now, the first ones first."""
    found = session.execute(
        select(ConversationRow.organisation_id, ConversationRow.id)
        .where(ConversationRow.put_off_until <= now, ConversationRow.merged_into.is_(None))
        .order_by(ConversationRow.put_off_until)
        .limit(limit)
    )
    return [(row.organisation_id, row.id) for row in found]


def rename(session: Session, contact_id: UUID, name: str, searched: str) -> None:
    """Let the conversations of a contact show his name as it is now, and be found by it."""
    theirs = select(ConversationRow).where(ConversationRow.contact_id == contact_id)
    if session.scalars(theirs.with_only_columns(ConversationRow.id).limit(1)).first() is None:
        return  # nobody has written with most whom an import brings
    session.execute(
        update(ConversationRow)
        .where(ConversationRow.contact_id == contact_id)
        .where(
            or_(ConversationRow.contact_name != name, ConversationRow.contact_searched != searched)
        )
        .values(contact_name=name, contact_searched=searched)
        .execution_options(synchronize_session=False)
    )
    for row in session.scalars(theirs.execution_options(populate_existing=True)):
        put(session, row.search_entry(session))


def describe(row: ConversationRow, *, address: str, subject: str, preview: str) -> None:
    """Let the row show these words, and be found by them."""
    row.address, row.subject, row.preview = address, subject, preview
    row.searched = searchable(address, subject)


def view_of(row: ConversationRow) -> Conversation:
    """A row as it is shown."""
    return Conversation(
        id=row.id,
        channel=row.channel,
        connection_id=row.connection_id,
        contact_id=row.contact_id,
        contact_name=row.contact_name,
        address=row.address,
        subject=row.subject,
        preview=row.preview,
        last_direction=row.last_direction,
        last_status=row.last_status,
        last_at=row.last_at,
        unread=row.unread,
        archived=row.archived,
        itinerary_ids=row.itinerary_ids,
        version=row.version,
        state=row.state,
        state_by_hand=ByHand(
            user_id=row.marked_by, user_name=row.marked_name or "", at=row.marked_at
        )
        if row.marked_at
        else None,
        waiting_since=row.waiting_since,
        assignee_id=row.assignee_id,
        merged_into_id=row.merged_into,
        follow_up=FollowUp(
            until=row.put_off_until,
            user_id=row.put_off_by,
            user_name=row.put_off_name or "",
            note=row.put_off_note or "",
        )
        if row.put_off_until
        else None,
        unread_mine=row.unread_mine,
        label_ids=[UUID(each) for each in sorted(set(row.labelled.split(","))) if each],
        kind=row.kind,
        group_id=row.group_id,
    )


def not_found() -> NotFound:
    """The error for a conversation that there is not."""
    return NotFound("inbox.conversation_not_found", "There is no such conversation")
