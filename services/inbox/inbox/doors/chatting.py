"""What people do in chats beside writing."""

from __future__ import annotations

from uuid import UUID

from contracts.channels import Amending
from contracts.inbox import AnswerWindow, MessageView
from fairlead.service import Store, rpc

from .. import chatting
from ..clock import utc_now
from ..storable import storable_text


class Chatting:
    """What people do in chats beside writing."""

    store = Store()
    clock = staticmethod(utc_now)

    @rpc
    def react(self, *, id: UUID, emoji: str) -> MessageView:
        """React to a message."""
        with self.store.transaction() as session:
            text = storable_text(emoji)
            return chatting.amend(session, id, Amending.REACTED, text, self.clock())

    @rpc
    def edit_message(self, *, id: UUID, text: str) -> MessageView:
        """Give a message of ours other words."""
        with self.store.transaction() as session:
            said = storable_text(text)
            return chatting.amend(session, id, Amending.EDITED, said, self.clock())

    @rpc
    def delete_message(self, *, id: UUID) -> MessageView:
        """Take a message of ours back."""
        with self.store.transaction() as session:
            return chatting.amend(session, id, Amending.DELETED, "", self.clock())

    @rpc
    def answer_window(self, *, id: UUID) -> AnswerWindow:
        """Whether we may write freely in a conversation."""
        with self.store.reading() as session:
            return chatting.window(session, id, self.clock())
