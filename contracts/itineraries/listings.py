"""What is sold, and through which portals."""

from __future__ import annotations

from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Line, Name, Tags, Zone
from ..files import Attachment, FileIds

Capacity = Annotated[int, Meta(ge=1, le=10_000, description="Guests at once")]


class ExternalId(Message):
    """What a portal or another system calls a thing."""

    source: Name
    id: Name


ExternalIds = Annotated[list[ExternalId], Meta(max_length=50)]


class Listing(Message):
    """A property or product that is sold. `owner_id` is a contact.

    `pictures` stand in their order; the first is the cover, which guests see on the page of a trip.
    """

    id: UUID
    name: Name
    address: Line
    zone: Zone
    capacity: Capacity | None = None
    owner_id: UUID | None = None
    external_ids: ExternalIds = []
    tags: Tags = []
    archived: bool = False
    version: int = 1
    pictures: list[Attachment] = []


class Portal(Message):
    """A source of bookings: a booking site, an agency, the own website."""

    id: UUID
    name: Name
    tags: Tags
    archived: bool
    version: int


class Listings(Interface, Protocol):
    """What is sold, and through which portals."""

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def create_listing(
        self,
        *,
        name: Name,
        address: Line,
        zone: Zone,
        capacity: Capacity | None = None,
        owner_id: UUID | None = None,
        external_ids: ExternalIds = [],
        tags: Tags = [],
        id: UUID | None = None,
    ) -> Listing:
        """A new listing. With an `id` that exists already nothing changes.

        Conflict `itineraries.external_id_taken` where another listing has one of the external ids.
        """
        ...

    @call(rights.READ)
    def list_listings(self, *, archived: bool | None = None) -> list[Listing]:
        """All listings by name, or those alone that are archived or are not."""
        ...

    @call(rights.READ)
    def get_listing(self, *, id: UUID) -> Listing:
        """One listing. NotFound `itineraries.listing_not_found`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def update_listing(
        self,
        *,
        id: UUID,
        version: int,
        name: Name,
        address: Line,
        zone: Zone,
        capacity: Capacity | None = None,
        owner_id: UUID | None = None,
        external_ids: ExternalIds = [],
        tags: Tags = [],
        archived: bool = False,
    ) -> Listing:
        """Replace a listing. An archived one keeps its trips and gets no further ones."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def set_listing_pictures(self, *, id: UUID, version: int, file_ids: FileIds) -> Listing:
        """Let a listing have these uploaded pictures in this order, and no others; the first is its
        cover. Invalid names by its index a file that there is not, or that is no picture. NotFound
        `itineraries.listing_not_found`; Stale `itineraries.changed`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def create_portal(self, *, name: Name, tags: Tags = [], id: UUID | None = None) -> Portal:
        """A new portal. With an `id` that exists already nothing changes."""
        ...

    @call(rights.READ)
    def list_portals(self) -> list[Portal]:
        """All portals by name."""
        ...

    @call(rights.READ)
    def get_portal(self, *, id: UUID) -> Portal:
        """One portal. NotFound `itineraries.portal_not_found`."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def update_portal(
        self, *, id: UUID, version: int, name: Name, tags: Tags = [], archived: bool = False
    ) -> Portal:
        """Replace a portal. Stale `itineraries.changed`."""
        ...


@event("listing.changed", source="itineraries")
class ListingChanged(Event):
    """A listing, whole, after a change. An older `listing.version` is to be ignored."""

    listing: Listing


@event("portal.changed", source="itineraries")
class PortalChanged(Event):
    """A portal, whole, after a change. An older `portal.version` is to be ignored."""

    portal: Portal
