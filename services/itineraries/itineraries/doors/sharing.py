"""Pages that guests and suppliers read under a link."""

from __future__ import annotations

from uuid import UUID

from contracts.itineraries import Itinerary, PublicItinerary
from fairlead.service import EVERYWHERE, rpc

from .. import documents, picturing, trips
from ..domain import public
from ..store import trips as store
from .changing import Changing


class Sharing(Changing):
    """Pages that guests and suppliers read under a link."""

    @rpc
    def share_itinerary(self, *, id: UUID) -> Itinerary:
        """Make the public link if there is none yet."""
        return self._change(lambda session: trips.share(session, id))

    @rpc
    def unshare_itinerary(self, *, id: UUID) -> Itinerary:
        """Withdraw the public link."""
        return self._change(lambda session: trips.unshare(session, id))

    @rpc
    def public_itinerary(self, *, token: str) -> PublicItinerary:
        """The page under a link."""
        with self.store.reading(EVERYWHERE) as session:
            row = store.find_by_token(session, token) if public.is_token(token) else None
            if row is None:
                raise public.link_unknown()
            shared = documents.shared(session, row.id)
            cover = picturing.cover(session, row.listing_id)
            return public.public_view(row.organisation_id, self._told(session, row), shared, cover)
