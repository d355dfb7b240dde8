"""The list of conversations, and what the team does with one."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.common import Channel
from contracts.inbox import (
    Assignment,
    Conversation,
    ConversationKind,
    ConversationPage,
    ConversationState,
)
from fairlead.context import current
from fairlead.service import Store, rpc

from .. import assigning, changes, reading, searching
from ..clock import utc_now
from ..store import holding, listing
from ..store.listing import Filters


class Conversations:
    """The list of conversations, and what the team does with one."""

    store = Store()
    clock = staticmethod(utc_now)

    @rpc
    def list_conversations(
        self,
        *,
        channel: Channel | None,
        connection_id: UUID | None,
        contact_id: UUID | None,
        itinerary_id: UUID | None,
        kind: ConversationKind | None,
        archived: bool,
        unread: bool | None,
        unread_mine: bool | None,
        state: ConversationState | None,
        assignment: Assignment | None,
        assignee_id: UUID | None,
        label_id: UUID | None,
        put_off: bool | None,
        q: str | None,
        since: dt.date | None,
        until: dt.date | None,
        cursor: str | None,
        limit: int,
    ) -> ConversationPage:
        """Conversations, the latest first."""
        with self.store.reading() as session:
            first, beyond = searching.moments(session, since, until)
            filters = Filters(
                channel=channel,
                connection_id=connection_id,
                contact_id=contact_id,
                itinerary_id=itinerary_id,
                kind=kind,
                archived=archived,
                unread=unread,
                unread_mine=unread_mine,
                reader=current().user,
                state=state,
                assignee_id=assigning.wanted(assignment, assignee_id),
                assigned=assigning.assigned(assignment),
                label_id=label_id,
                put_off=put_off,
                q=q,
                since=first,
                until=beyond,
            )
            return listing.listed(session, filters, cursor=cursor, limit=limit)

    @rpc
    def get_conversation(self, *, id: UUID) -> Conversation:
        """One conversation."""
        with self.store.reading() as session:
            shown = listing.shown(session, id, current().user)
            return reading.waiting(session, shown, self.clock())

    @rpc
    def set_archived(self, *, id: UUID, archived: bool) -> Conversation:
        """Archive a conversation or bring it back."""
        with self.store.transaction() as session:
            row = holding.locked(session, id)
            return reading.mine(session, changes.set_archived(session, row, archived=archived))
