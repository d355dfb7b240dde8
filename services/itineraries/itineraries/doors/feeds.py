"""Calendars of portals."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Inbox
from contracts.itineraries import (
    CalendarEntryPage,
    CalendarOutcome,
    CalendarSource,
    EntryKind,
    Feed,
)
from fairlead.context import current
from fairlead.service import Parts, Provided, Remote, loop, rpc
from fairlead.store import new_id

from .. import feeding, feeds, uploaded
from ..domain import icalendar
from ..fetching import PURPOSE, make_fetcher
from ..store import feeds as store
from .changing import Changing, again

MOST_REFUSED = 100  # of an uploaded calendar, that are told


class Feeds(Changing):
    """Calendars of portals."""

    inbox = Remote(Inbox)
    files = Provided(lambda runtime: runtime.files)
    fetcher = Parts(make_fetcher)

    @rpc
    def list_feeds(self) -> list[Feed]:
        """All feeds by name."""
        with self.store.reading() as session:
            return [feeds.view(*each) for each in store.feeds(session)]

    @rpc
    def get_feed(self, *, id: UUID) -> Feed:
        """One feed."""
        with self.store.reading() as session:
            return feeds.view(feeds.feed(session, id), store.fetch(session, id))

    @rpc
    def create_feed(
        self,
        *,
        name: str,
        url: str,
        source: CalendarSource,
        every_minutes: int,
        active: bool,
        id: UUID | None,
    ) -> Feed:
        """A new feed, fetched at once."""
        wanted, new = self._wanted(name, url, source, every_minutes, active), id or new_id()

        def once() -> Feed:
            with self.store.transaction() as session:
                row = feeds.create(session, new, wanted)
                session.flush()
                return feeds.view(row, store.fetch(session, row.id))

        return again(once)

    @rpc
    def update_feed(
        self,
        *,
        id: UUID,
        version: int,
        name: str,
        source: CalendarSource,
        url: str | None,
        every_minutes: int,
        active: bool,
    ) -> Feed:
        """Replace a feed."""
        wanted = self._wanted(name, url, source, every_minutes, active)

        def once() -> Feed:
            with self.store.transaction() as session:
                row = feeds.update(session, id, version, wanted)
                return feeds.view(row, store.fetch(session, id))

        return again(once)

    @rpc
    def remove_feed(self, *, id: UUID) -> None:
        """Fetch it no more."""
        with self.store.transaction() as session:
            feeds.remove(session, id)

    @rpc
    def refresh_feed(self, *, id: UUID) -> Feed:
        """Fetch it now."""
        with self.store.transaction() as session:
            return feeds.view(feeds.refresh(session, id), store.fetch(session, id))

    @rpc
    def list_feed_entries(
        self, *, id: UUID, kind: EntryKind | None, cursor: str | None, limit: int
    ) -> CalendarEntryPage:
        """What a feed has, and what became of it."""
        with self.store.reading() as session:
            feeds.feed(session, id)
            found = store.entries(session, id, kind, cursor=cursor, limit=limit)
            shown = [feeding.view(row) for row in found.items]
            return CalendarEntryPage(entries=shown, cursor=found.next)

    @rpc
    def import_calendar(self, *, file_id: UUID, source: CalendarSource) -> CalendarOutcome:
        """Take the entries of an uploaded calendar."""
        _, content = uploaded.content(
            self.inbox, self.files, file_id, icalendar.LARGEST, icalendar.unreadable
        )
        with self.store.reading() as session:
            feeds.check_source(session, source)
            origins = self.fetcher.origins(session, source, "Reservation", None)
        counts, refused = self.fetcher.take(origins, content)
        return CalendarOutcome(counts=counts, refused=refused[:MOST_REFUSED])

    @loop(every=5.0, greenlets=2)
    def fetch_feeds(self) -> bool:
        """Fetch the feed that is due."""
        return self.fetcher.fetch_next()

    def _wanted(
        self, name: str, url: str | None, source: CalendarSource, minutes: int, active: bool
    ) -> feeds.Wanted:
        host, kept = "", None
        if url is not None:
            host = feeds.check_url(self.fetcher.client, url)
            kept = self.fetcher.vault.encrypt(
                url, organisation=current().need_organisation(), purpose=PURPOSE
            )
        return feeds.Wanted(
            name=name, url=kept, host=host, source=source, every_minutes=minutes, active=active
        )
