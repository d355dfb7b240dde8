"""The responsible user, and telling the administrators (mission D3)."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Conversation
from fairlead.service import Store, rpc

from .. import assigning, reading
from ..storable import storable_text


class Assigning:
    """Who is responsible for a conversation, and who else is to know of it."""

    store = Store()

    @rpc
    def set_assignee(self, *, id: UUID, user_id: UUID | None, version: int) -> Conversation:
        """Make a user responsible, or nobody."""
        with self.store.transaction() as session:
            return reading.mine(session, assigning.set_assignee(session, id, version, user_id))

    @rpc
    def notify_administrators(self, *, id: UUID, note: str) -> Conversation:
        """Tell all owners and admins of a conversation."""
        with self.store.transaction() as session:
            return reading.mine(
                session, assigning.notify_administrators(session, id, storable_text(note))
            )
