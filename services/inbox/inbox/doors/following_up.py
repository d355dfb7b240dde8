"""Putting a conversation off until a moment."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.inbox import Conversation
from fairlead.service import EVERYWHERE, Store, loop, rpc

from .. import following_up, reading
from ..storable import storable_text
from ..store import conversations

AT_ONCE = 100


class FollowingUp:
    """Putting a conversation off until a moment."""

    store = Store()

    @rpc
    def set_follow_up(
        self, *, id: UUID, until: dt.datetime | None, version: int, note: str
    ) -> Conversation:
        """Take a conversation out of the list until a moment, or bring it back."""
        with self.store.transaction() as session:
            put_off = following_up.put_off(session, id, version, until, storable_text(note))
            return reading.mine(session, put_off)

    @loop(every=10.0)
    def bring_back(self) -> bool:
        """Bring back what was put off until now."""
        now = dt.datetime.now(dt.UTC)
        with self.store.reading(EVERYWHERE) as session:
            due = conversations.due(session, now, AT_ONCE)
        for organisation, id in due:
            with self.store.transaction(organisation) as session:
                following_up.come_back(session, id, now)
        return len(due) == AT_ONCE
