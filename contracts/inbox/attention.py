"""Attentive and Answered, the waits between, and the trail of what was done (mission D4)."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Cursor, Limit
from .conversations import Conversation, ConversationState

Moment = Annotated[datetime, Meta(tz=True)]


class WaitEnd(enum.Enum):
    """What ended a wait."""

    PERSON = "person"
    ASSISTANT = "assistant"
    HAND = "hand"  # somebody said that no answer is owed


class Wait(Message):
    """From the first message of the other side that was not answered to the first answer.

    `id` is that of the message it began with, `answer_id` that of the one which ended it.
    `seconds` are missing while it is open. `business_seconds` are those in which the organisation
    has its hours, as they are settled now, or all where none are settled; while it is open, up to
    the moment of asking. Who ended it with a message or by hand is `ended_by_user_id`.
    """

    id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    started_at: datetime
    ended_at: datetime | None
    ended_by: WaitEnd | None
    ended_by_user_id: UUID | None
    answer_id: UUID | None
    seconds: int | None
    business_seconds: int | None = None


class WaitPage(Message):
    """Waits, those that began last first; `cursor` gives the older ones."""

    waits: list[Wait]
    cursor: str | None


class TrailEntry(Message):
    """Something that was done with a conversation: `change` says what, as `conversation.changed`
    does. `user_id` is missing where nobody did it by hand."""

    id: UUID
    conversation_id: UUID
    at: datetime
    change: str
    user_id: UUID | None
    user_name: str
    before: dict[str, str]
    after: dict[str, str]


class TrailPage(Message):
    """What was done, the latest first; `cursor` gives what was before it."""

    entries: list[TrailEntry]
    cursor: str | None


class Attention(Interface, Protocol):
    """What is owed to the other side, how long it waits, and what was done."""

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def set_attention(self, *, id: UUID, state: ConversationState, version: int) -> Conversation:
        """Say by hand whether an answer is owed, until the next message that counts.

        "Answered" ends the wait that is open, and "Attentive" said after it takes that back.
        Stale `inbox.conversation_changed`.
        """
        ...

    @call(rights.READ)
    def list_waits(
        self,
        *,
        conversation_id: UUID | None = None,
        open: bool | None = None,
        ended_by: WaitEnd | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> WaitPage:
        """Waits that began from `since` on and before `until`, the latest first."""
        ...

    @call(rights.READ)
    def conversation_history(
        self, *, id: UUID, cursor: Cursor | None = None, limit: Limit = 50
    ) -> TrailPage:
        """What was done with a conversation, the latest first.

        NotFound `inbox.conversation_not_found`.
        """
        ...
