"""Two stays that want the same nights of the same listing."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from uuid import UUID

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit
from .states import ItineraryState


class Stay(Message):
    """A trip's claim to a listing: the nights from `start` to before `end`."""

    itinerary_id: UUID
    reference: str
    state: ItineraryState
    start: dt.date
    end: dt.date


class Overbooking(Message):
    """Two stays, and the nights from `start` to before `end` that both have.

    It is open until `resolved_at`. A later `version` says that the nights are others.
    """

    id: UUID
    listing_id: UUID
    stays: list[Stay]
    start: dt.date
    end: dt.date
    found_at: dt.datetime
    resolved_at: dt.datetime | None
    version: int


class OverbookingPage(Message):
    """Some overbookings, the latest found first; `cursor` gives the next ones."""

    overbookings: list[Overbooking]
    cursor: str | None


class Overbookings(Interface, Protocol):
    """Two stays that want the same nights."""

    @call(rights.READ)
    def list_overbookings(
        self,
        *,
        listing_id: UUID | None = None,
        resolved: bool = False,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> OverbookingPage:
        """Those that are open, or those that are resolved."""
        ...


@event("overbooking.found", source="itineraries")
class OverbookingFound(Event):
    """Two confirmed stays claim the same nights. An older `overbooking.version` is ignored."""

    overbooking: Overbooking


@event("overbooking.resolved", source="itineraries")
class OverbookingResolved(Event):
    """They no longer do: one was moved or cancelled, or is over."""

    overbooking: Overbooking
