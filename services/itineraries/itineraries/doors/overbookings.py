"""Two stays that want the same nights."""

from __future__ import annotations

from uuid import UUID

from contracts.itineraries import OverbookingPage
from fairlead.service import rpc

from .. import overbooking
from .changing import Changing


class Overbookings(Changing):
    """Two stays that want the same nights."""

    @rpc
    def list_overbookings(
        self, *, listing_id: UUID | None, resolved: bool, cursor: str | None, limit: int
    ) -> OverbookingPage:
        """Those that are open, or those that are resolved."""
        with self.store.reading() as session:
            return overbooking.page(
                session, listing_id=listing_id, resolved=resolved, cursor=cursor, limit=limit
            )
