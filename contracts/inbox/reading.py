"""What each user has not seen yet, and how much there is to do."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from .conversations import Conversation

COUNTED = 1000  # a badge shows no more


class ConversationCounts(Message):
    """How many conversations there are of each kind, archived ones and those put off aside; at most
    1000 of each.

    `unread` are those that nobody has seen, `unread_mine` those that the caller has not, and
    `mine` those the caller is responsible for.
    """

    unread: int
    unread_mine: int
    attentive: int
    attentive_mine: int
    attentive_unassigned: int
    mine: int
    put_off: int = 0


class Reading(Interface, Protocol):
    """What each user has not seen yet."""

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def mark_unread(self, *, id: UUID, message_id: UUID | None = None) -> Conversation:
        """Let the caller have all from a message on still to read, or the last one that came in.

        What somebody has seen stays seen for the team. NotFound `inbox.message_not_found` for a
        message of another conversation; Conflict `inbox.nothing_to_read` where nothing came in
        from there on.
        """
        ...

    @call(rights.READ)
    def count_conversations(self) -> ConversationCounts:
        """How much there is to do, for badges."""
        ...


@event("read_mark.changed", source="inbox")
class ReadMarkChanged(Event):
    """How many messages of a conversation one user has still to read, after a change of his own.

    That a message came in is said by `conversation.changed`.
    """

    conversation_id: UUID
    user_id: UUID
    unread: int
