"""Messages by conversation, by trip and by person."""

from __future__ import annotations

from uuid import UUID

from contracts.common import Channel
from contracts.contacts import ContactKind
from contracts.inbox import MessagePage, MessageView
from fairlead.service import Store, rpc
from fairlead.store.search import query_words

from .. import organising
from ..storable import storable_text
from ..store import conversations, finding, hits, links, messages


class Timelines:
    """Messages by conversation, by trip and by person."""

    store = Store()

    @rpc
    def get_message(self, *, id: UUID) -> MessageView:
        """One message."""
        with self.store.reading() as session:
            return messages.view(session, id)

    @rpc
    def conversation_messages(
        self, *, id: UUID, q: str | None, cursor: str | None, limit: int
    ) -> MessagePage:
        """The messages of a conversation, the newest first, or what is found among them."""
        with self.store.reading() as session:
            if words := query_words(q or ""):
                found = hits.in_conversation(
                    *finding.in_conversation(session, id, words, cursor, limit), words
                )
            else:
                found = messages.of_conversation(session, id, cursor=cursor, limit=limit)
            if not found.messages:
                conversations.need(session, id)
            return found

    @rpc
    def itinerary_timeline(
        self,
        *,
        itinerary_id: UUID,
        contact_id: UUID | None,
        contact_kind: ContactKind | None,
        channel: Channel | None,
        cursor: str | None,
        limit: int,
    ) -> MessagePage:
        """Every message of a trip, the newest first."""
        with self.store.reading() as session:
            return links.of_itinerary(
                session,
                itinerary_id,
                contact_id=contact_id,
                contact_kind=contact_kind,
                channel=channel,
                cursor=cursor,
                limit=limit,
            )

    @rpc
    def contact_timeline(
        self,
        *,
        contact_id: UUID,
        itinerary_id: UUID | None,
        channel: Channel | None,
        cursor: str | None,
        limit: int,
    ) -> MessagePage:
        """Every message with a contact, the newest first."""
        with self.store.reading() as session:
            if itinerary_id is None:
                return links.of_contact(
                    session, contact_id, channel=channel, cursor=cursor, limit=limit
                )
            return links.of_itinerary(
                session,
                itinerary_id,
                contact_id=contact_id,
                contact_kind=None,
                channel=channel,
                cursor=cursor,
                limit=limit,
            )

    @rpc
    def link_message(self, *, id: UUID, itinerary_id: UUID | None, reason: str) -> MessageView:
        """Put a message on an itinerary by hand, or take it off."""
        with self.store.transaction() as session:
            return organising.link(session, id, itinerary_id, storable_text(reason))
