"""Pages that guests and suppliers read under a link."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Language, Line, Zone
from .documents import PublicDocument
from .planning import Service
from .trips import Itinerary


class PublicItinerary(Message):
    """What a guest or supplier sees under a link: no prices, notes or other people's addresses.

    `documents` are those that are shared and that a virus check does not hold, the newest first;
    `cover` is the file that the listing of the trip is shown by.
    """

    organisation_id: UUID
    reference: str
    title: str
    start: dt.date
    end: dt.date
    zone: Zone
    language: Language | None
    guests: list[str]
    services: list[Service]
    cancelled: bool
    documents: list[PublicDocument] = []
    cover: UUID | None = None


class Sharing(Interface, Protocol):
    """Pages that guests and suppliers read under a link."""

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def share_itinerary(self, *, id: UUID) -> Itinerary:
        """Make a public link again where it was withdrawn; a trip has one from the start."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def unshare_itinerary(self, *, id: UUID) -> Itinerary:
        """Withdraw the public link: its token is never good again."""
        ...

    @call(rights.PUBLIC)
    def public_itinerary(self, *, token: Line) -> PublicItinerary:
        """The page under a link. NotFound `itineraries.link_unknown` for any other token."""
        ...
