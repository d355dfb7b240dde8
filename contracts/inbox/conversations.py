"""Conversations: one contact on one channel and one of our connections."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..channels import DeliveryStatus
from ..common import Channel, Cursor, Limit, Line
from .messages import Direction, MessageView


class ConversationState(enum.Enum):
    """Whether an answer is owed (mission D4)."""

    ATTENTIVE = "attentive"
    ANSWERED = "answered"


class Assignment(enum.Enum):
    """Whose conversations a list shows, seen by who asks (mission D3)."""

    MINE = "mine"
    NOBODY = "nobody"
    SOMEBODY = "somebody"


class ConversationKind(enum.Enum):
    """With whom a conversation is."""

    PERSON = "person"
    GROUP = "group"


class ByHand(Message):
    """Who set something by hand, and when."""

    user_id: UUID | None
    user_name: str
    at: datetime


class FollowUp(Message):
    """A conversation is put off until a moment: by whom, and what is to be thought of then."""

    until: datetime
    user_id: UUID | None
    user_name: str
    note: str


class Conversation(Message):
    """A conversation as a row of a list: one contact, or a group, on one channel and one
    connection. That of a group is called by its subject, and `group_id` names its participants.

    `state` follows from the messages, or is what `state_by_hand` said until the next message that
    counts. `waiting_since` is the moment of the first message that is not answered, and
    `waiting_business_seconds`, where somebody asks for this one alone, what has passed since, as
    far as the organisation has its hours (all of it where none are settled). `assignee_id` is the
    responsible user. `unread` is what nobody of the team has seen, `unread_mine` what the user who
    asks has not; `trip_reference` is what the first of its trips is called. Events have neither.
    """

    id: UUID
    channel: Channel
    connection_id: UUID | None
    contact_id: UUID | None
    contact_name: str
    address: str
    subject: str
    preview: str
    last_direction: Direction
    last_status: DeliveryStatus | None
    last_at: datetime
    unread: int
    archived: bool
    itinerary_ids: list[UUID]
    version: int
    state: ConversationState = ConversationState.ANSWERED
    state_by_hand: ByHand | None = None
    waiting_since: datetime | None = None
    assignee_id: UUID | None = None
    unread_mine: int | None = None
    label_ids: list[UUID] = []
    merged_into_id: UUID | None = None
    follow_up: FollowUp | None = None
    waiting_business_seconds: int | None = None
    kind: ConversationKind = ConversationKind.PERSON
    group_id: UUID | None = None
    trip_reference: str | None = None


class ConversationPage(Message):
    """Conversations, the latest first; `cursor` gives the older ones."""

    conversations: list[Conversation]
    cursor: str | None


class Conversations(Interface, Protocol):
    """The list of conversations, and what the team does with one."""

    @call(rights.READ)
    def list_conversations(
        self,
        *,
        channel: Channel | None = None,
        connection_id: UUID | None = None,
        contact_id: UUID | None = None,
        itinerary_id: UUID | None = None,
        kind: ConversationKind | None = None,
        archived: bool = False,
        unread: bool | None = None,
        unread_mine: bool | None = None,
        state: ConversationState | None = None,
        assignment: Assignment | None = None,
        assignee_id: UUID | None = None,
        label_id: UUID | None = None,
        put_off: bool | None = None,
        q: Line | None = None,
        since: date | None = None,
        until: date | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> ConversationPage:
        """Conversations, the latest first.

        `since` and `until` are the days, both included, of the latest message in the organisation's
        zone. With `q` it is the search of conversations (`search`), in whose order they come.

        Those that are put off are not among them unless `put_off` asks for them, or `q`.
        """
        ...

    @call(rights.READ)
    def get_conversation(self, *, id: UUID) -> Conversation:
        """One conversation. NotFound `inbox.conversation_not_found`."""
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def set_archived(self, *, id: UUID, archived: bool) -> Conversation:
        """Archive a conversation or bring it back."""
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def mark_read(self, *, id: UUID) -> Conversation:
        """The caller has seen everything in the conversation, and with him the team."""
        ...


@event("conversation.changed", source="inbox")
class ConversationChanged(Event):
    """A conversation after a change, and the message that changed in it, if one did.

    `change` says what happened: message_added, message_amended, delivery_updated, message_linked,
    file_checked,
    archived, read, state, assigned, administrators_notified, commented, comment_edited,
    comment_removed, labelled, merged, unmerged,
    follow_up, follow_up_due, erased, contact_merged (its contact became part of another, or is no
    more), group_changed (its participants, its name, or whether we are in it).
    """

    change: str
    conversation: Conversation
    message: MessageView | None
