"""What is owed to the other side, and how long it waits."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.inbox import Conversation, ConversationState, TrailPage, WaitEnd, WaitPage
from fairlead.service import Store, rpc

from .. import attention, reading
from ..clock import utc_now
from ..store import conversations, trail, waits


class Attention:
    """What is owed to the other side, how long it waits, and what was done."""

    store = Store()
    clock = staticmethod(utc_now)

    @rpc
    def set_attention(self, *, id: UUID, state: ConversationState, version: int) -> Conversation:
        """Say by hand whether an answer is owed."""
        with self.store.transaction() as session:
            return reading.mine(session, attention.set_state(session, id, version, state))

    @rpc
    def list_waits(
        self,
        *,
        conversation_id: UUID | None,
        open: bool | None,
        ended_by: WaitEnd | None,
        since: dt.datetime | None,
        until: dt.datetime | None,
        cursor: str | None,
        limit: int,
    ) -> WaitPage:
        """Waits, those that began last first."""
        with self.store.reading() as session:
            return waits.listed(
                session,
                conversation_id=conversation_id,
                open=open,
                ended_by=ended_by,
                since=since,
                until=until,
                cursor=cursor,
                limit=limit,
                now=self.clock(),
            )

    @rpc
    def conversation_history(self, *, id: UUID, cursor: str | None, limit: int) -> TrailPage:
        """What was done with a conversation, the latest first."""
        with self.store.reading() as session:
            found = trail.of(session, id, cursor=cursor, limit=limit)
            if not found.entries:
                conversations.view(session, id)  # NotFound, where that is why there is nothing
            return found
