"""What each user has not seen yet, and how much there is to do."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Conversation, ConversationCounts
from fairlead.context import current
from fairlead.service import Store, rpc

from .. import reading
from ..store import listing


class Reading:
    """What each user has not seen yet."""

    store = Store()

    @rpc
    def mark_read(self, *, id: UUID) -> Conversation:
        """The caller has seen everything in the conversation."""
        with self.store.transaction() as session:
            return reading.mark_read(session, id)

    @rpc
    def mark_unread(self, *, id: UUID, message_id: UUID | None) -> Conversation:
        """Let the caller have all from a message on to read again."""
        with self.store.transaction() as session:
            return reading.mark_unread(session, id, message_id)

    @rpc
    def count_conversations(self) -> ConversationCounts:
        """How much there is to do."""
        with self.store.reading() as session:
            return listing.counts(session, current().user)
