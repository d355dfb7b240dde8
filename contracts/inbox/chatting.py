"""What people do in chats beside writing: react, correct, take back, and see who writes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Text
from .messages import MessageView

Emoji = Annotated[str, Meta(max_length=40)]


class AnswerWindow(Message):
    """Whether we may write freely in a conversation, and until when; `until` None has no end."""

    open: bool
    until: datetime | None


class Chatting(Interface, Protocol):
    """What people do in chats beside writing."""

    @call(rights.SEND_MESSAGES, mutates=True)
    def react(self, *, id: UUID, emoji: Emoji) -> MessageView:
        """React to a message; an empty `emoji` takes it back. It shows once the network has it.

        Conflict `inbox.not_on_channel` where the connection cannot do so, or the message is not
        known to the network.
        """
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def edit_message(self, *, id: UUID, text: Text) -> MessageView:
        """Give a message of ours other words, there as here. Conflict as above, and
        `inbox.too_late` where the network lets nobody change it any more."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def delete_message(self, *, id: UUID) -> MessageView:
        """Take a message of ours back for all. Conflict as above."""
        ...

    @call(rights.READ)
    def answer_window(self, *, id: UUID) -> AnswerWindow:
        """Whether we may write freely in a conversation. NotFound
        `inbox.conversation_not_found`."""
        ...


@event("typing.changed", source="inbox")
class TypingChanged(Event):
    """The other side of a conversation writes, until a moment; or no more, with None."""

    conversation_id: UUID
    contact_id: UUID | None
    until: datetime | None
