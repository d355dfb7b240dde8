"""What other services copy, to make their read models anew."""

from __future__ import annotations

from uuid import UUID

from contracts.itineraries import ItineraryCopies, ProposalCopies
from fairlead.projections.copying import page_of, reach
from fairlead.service import rpc

from .. import proposing
from ..store.proposals import ProposalRow
from ..store.trips import ItineraryRow
from .changing import Changing


class Copying(Changing):
    """What other services copy."""

    @rpc
    def itineraries_page(self, *, after: UUID | None, limit: int) -> ItineraryCopies:
        """Trips, in whatever state."""
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, ItineraryRow, ItineraryRow.id, after, limit)
            return ItineraryCopies(items=[self._told(session, row) for row in rows], total=total)

    @rpc
    def proposals_page(self, *, after: UUID | None, limit: int) -> ProposalCopies:
        """Proposals, in whatever state."""
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, ProposalRow, ProposalRow.id, after, limit)
            return ProposalCopies(items=proposing.all_views(session, rows), total=total)
