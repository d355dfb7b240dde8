"""What other services copy of trips and proposals, to make their read models anew."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import CopyLimit
from .proposals import Proposal
from .trips import Itinerary


class ItineraryCopies(Message):
    """Some trips; `total` of all, on the first page."""

    items: list[Itinerary]
    total: int | None


class ProposalCopies(Message):
    """Some proposals; `total` of all, on the first page."""

    items: list[Proposal]
    total: int | None


class Copying(Interface, Protocol):
    """For services that keep copies."""

    @call(rights.SERVICES_ONLY, deadline=30.0)
    def itineraries_page(self, *, after: UUID | None, limit: CopyLimit) -> ItineraryCopies:
        """The trips that follow the id `after`, in the order of ids. Without an organisation there
        are none, and `total` counts those of all."""
        ...

    @call(rights.SERVICES_ONLY, deadline=30.0)
    def proposals_page(self, *, after: UUID | None, limit: CopyLimit) -> ProposalCopies:
        """The proposals that follow the id `after`, as `itineraries_page`."""
        ...
