"""Two conversations made one and taken apart, and how messages came to their trips."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Conversation, LinkChange
from fairlead.service import Store, rpc

from .. import merging, reading
from ..store import messages, moves


class Merging:
    """Two conversations with one contact made one, and taken apart again."""

    store = Store()

    @rpc
    def merge_conversation(self, *, id: UUID, into_id: UUID, version: int) -> Conversation:
        """Put all of a conversation into another one."""
        with self.store.transaction() as session:
            return reading.mine(session, merging.merge(session, id, into_id, version))

    @rpc
    def unmerge_conversation(self, *, id: UUID) -> Conversation:
        """Take a conversation out again."""
        with self.store.transaction() as session:
            return reading.mine(session, merging.unmerge(session, id))

    @rpc
    def message_links(self, *, id: UUID) -> list[LinkChange]:
        """How a message came to its trip by hand."""
        with self.store.reading() as session:
            found = moves.of(session, id)
            if not found:
                messages.view(session, id)
            return found
