"""What is sold, and through which portals."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Inbox
from contracts.itineraries import ExternalId, Listing, ListingChanged, Portal, PortalChanged
from fairlead.service import Remote, publish, rpc
from fairlead.store import new_id

from .. import listings, picturing, views
from ..listings import Wanted
from ..store import listings as store
from ..store.listings import ListingRow, PortalRow
from .changing import Changing, again


class Listings(Changing):
    """What is sold, and through which portals."""

    inbox = Remote(Inbox)

    @rpc
    def create_listing(
        self,
        *,
        name: str,
        address: str,
        zone: str,
        capacity: int | None,
        owner_id: UUID | None,
        external_ids: list[ExternalId],
        tags: list[str],
        id: UUID | None,
    ) -> Listing:
        """A new listing."""
        new = id or new_id()
        wanted = Wanted(
            name=name,
            address=address,
            zone=zone,
            capacity=capacity,
            owner_id=owner_id,
            external_ids=external_ids,
            tags=tags,
        )
        return self._change_listing(lambda session: listings.create(session, new, wanted))

    @rpc
    def list_listings(self, *, archived: bool | None) -> list[Listing]:
        """All listings by name."""
        with self.store.reading() as session:
            return [views.listing_of(row) for row in store.listings(session, archived)]

    @rpc
    def get_listing(self, *, id: UUID) -> Listing:
        """One listing."""
        with self.store.reading() as session:
            return views.listing_of(listings.listing(session, id))

    @rpc
    def update_listing(
        self,
        *,
        id: UUID,
        version: int,
        name: str,
        address: str,
        zone: str,
        capacity: int | None,
        owner_id: UUID | None,
        external_ids: list[ExternalId],
        tags: list[str],
        archived: bool,
    ) -> Listing:
        """Replace a listing."""
        wanted = Wanted(
            name=name,
            address=address,
            zone=zone,
            capacity=capacity,
            owner_id=owner_id,
            external_ids=external_ids,
            tags=tags,
            archived=archived,
        )
        return self._change_listing(lambda session: listings.update(session, id, version, wanted))

    @rpc
    def set_listing_pictures(self, *, id: UUID, version: int, file_ids: list[UUID]) -> Listing:
        """Choose the pictures of a listing."""
        # They stay until the listing shows them.
        files = self.inbox.hold_files(ids=file_ids) if file_ids else []
        return self._change_listing(
            lambda session: picturing.put(session, id, version, file_ids, files)
        )

    @rpc
    def create_portal(self, *, name: str, tags: list[str], id: UUID | None) -> Portal:
        """A new portal."""
        new = id or new_id()
        return self._change_portal(lambda session: listings.create_portal(session, new, name, tags))

    @rpc
    def list_portals(self) -> list[Portal]:
        """All portals by name."""
        with self.store.reading() as session:
            return [views.portal_of(row) for row in store.portals(session)]

    @rpc
    def get_portal(self, *, id: UUID) -> Portal:
        """One portal."""
        with self.store.reading() as session:
            return views.portal_of(listings.portal(session, id))

    @rpc
    def update_portal(
        self, *, id: UUID, version: int, name: str, tags: list[str], archived: bool
    ) -> Portal:
        """Replace a portal."""
        return self._change_portal(
            lambda session: listings.update_portal(
                session, id, version, name, tags, archived=archived
            )
        )

    def _change_listing(self, change: Callable[[Session], tuple[ListingRow, bool]]) -> Listing:
        def once() -> Listing:
            with self.store.transaction() as session:
                row, changed = change(session)
                session.flush()
                listing = views.listing_of(row)
                if changed:
                    publish(session, ListingChanged(listing=listing))
                return listing

        return again(once)

    def _change_portal(self, change: Callable[[Session], tuple[PortalRow, bool]]) -> Portal:
        def once() -> Portal:
            with self.store.transaction() as session:
                row, changed = change(session)
                session.flush()
                portal = views.portal_of(row)
                if changed:
                    publish(session, PortalChanged(portal=portal))
                return portal

        return again(once)
