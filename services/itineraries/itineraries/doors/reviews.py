"""Reviews of stays."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.itineraries import Review, ReviewDetails, ReviewPage
from fairlead.service import rpc

from .. import reviewing
from ..store import reviews as store
from .changing import Changing, again


class Reviews(Changing):
    """Reviews of stays."""

    @rpc
    def record_review(self, *, details: ReviewDetails) -> Review:
        """Enter a review, or what its source says of it by now."""

        def once() -> Review:
            with self.store.transaction() as session:
                return reviewing.record(session, details)

        return again(once)

    @rpc
    def answer_review(self, *, id: UUID, version: int, answer: str) -> Review:
        """Note what was answered."""

        def once() -> Review:
            with self.store.transaction() as session:
                return reviewing.answer(session, id, version, answer)

        return again(once)

    @rpc
    def get_review(self, *, id: UUID) -> Review:
        """One review."""
        with self.store.reading() as session:
            return reviewing.get(session, id)

    @rpc
    def list_reviews(
        self,
        *,
        itinerary_id: UUID | None,
        listing_id: UUID | None,
        source: str | None,
        date_from: dt.date | None,
        date_to: dt.date | None,
        answered: bool | None,
        cursor: str | None,
        limit: int,
    ) -> ReviewPage:
        """Reviews, the latest day first."""
        with self.store.reading() as session:
            found = store.listed(
                session,
                itinerary_id=itinerary_id,
                listing_id=listing_id,
                source=source,
                date_from=date_from,
                date_to=date_to,
                answered=answered,
                cursor=cursor,
                limit=limit,
            )
            rows = [reviewing.view(row) for row in found.items]
            return ReviewPage(reviews=rows, cursor=found.next)
