"""Searching messages, conversations, people and trips."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.common import Channel
from contracts.contacts import ContactKind
from contracts.inbox import Direction, SearchKind, SearchPage
from contracts.itineraries import ItineraryState
from fairlead.service import AdminRoutes, Store, loop, rpc
from fairlead.store.search import catching_up
from fairlead.store.search.admin import offer

from .. import searching
from ..store.conversations import ConversationRow
from ..store.finding import Search
from ..store.messages import MessageRow
from ..store.people import ContactRow
from ..store.trips import TripRow

SEARCHED = (TripRow, ContactRow, ConversationRow, MessageRow)  # the quick ones first


class Searching:
    """Searching messages, conversations, people and trips."""

    store = Store()
    search_admin = AdminRoutes(offer("inbox", SEARCHED))

    @rpc
    def search(
        self,
        *,
        kind: SearchKind,
        q: str | None,
        channel: Channel | None,
        connection_id: UUID | None,
        contact_id: UUID | None,
        itinerary_id: UUID | None,
        conversation_id: UUID | None,
        direction: Direction | None,
        archived: bool | None,
        has_attachment: bool | None,
        contact_kind: ContactKind | None,
        tag: str | None,
        language: str | None,
        company_id: UUID | None,
        state: ItineraryState | None,
        listing_id: UUID | None,
        sales_agent_id: UUID | None,
        since: dt.date | None,
        until: dt.date | None,
        cursor: str | None,
        limit: int,
    ) -> SearchPage:
        """What has all words of the query, and for what all filters hold."""
        with self.store.reading() as session:
            first, beyond = searching.moments(session, since, until)
            wanted = Search(
                q=q,
                channel=channel,
                connection_id=connection_id,
                contact_id=contact_id,
                itinerary_id=itinerary_id,
                conversation_id=conversation_id,
                direction=direction,
                archived=archived,
                has_attachment=has_attachment,
                contact_kind=contact_kind,
                tag=tag,
                language=language,
                company_id=company_id,
                state=state,
                listing_id=listing_id,
                sales_agent_id=sales_agent_id,
                since=first,
                until=beyond,
            )
            return searching.search(session, kind, wanted, cursor=cursor, limit=limit)

    @loop(every=60.0)
    def index_what_is_not_yet(self) -> bool:
        """Bring what was there before the index into it, and make it anew when that is asked."""
        return catching_up.step(self.store, SEARCHED)
