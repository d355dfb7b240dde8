"""Feeds fetched when they are due: one that fails keeps what it had."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

import structlog
from eventlet import tpool
from sqlalchemy.orm import Session

from contracts.contacts import Contacts, Met, Somebody
from contracts.itineraries import CalendarCounts, CalendarEntry, CalendarSource
from fairlead.context import acting, service_context
from fairlead.errors import Failure
from fairlead.outbound import Bounds, Outbound, OutboundError
from fairlead.runtime import Runtime
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.settings import Common
from fairlead.store import LeaseLost, queue

from . import alarm, guests
from .domain import icalendar
from .domain.icalendar import Entry
from .doors.changing import again
from .feeding import Feeding, Origins, added, unmet
from .store import feeds as store
from .store import listings
from .store.feeds import FeedRow, FetchRow

log = structlog.get_logger(__name__)

BOUNDS = Bounds(connect=10.0, total=45.0, size=icalendar.LARGEST, whole=True, redirects=3)
TOGETHER = 100  # entries that are taken in one transaction
LONGEST_WAIT = 24 * 3600.0
PURPOSE = "feed address"
NOT_MODIFIED = 304


class Fetcher:
    """One for the process; any number of processes may fetch at once."""

    def __init__(
        self,
        kept: ServiceStore,
        client: Outbound,
        vault: Vault,
        contacts: Contacts,
        public_url: str,
    ) -> None:
        self._store = kept
        self._contacts = contacts
        self.client = client
        self.vault = vault
        self._public_url = public_url

    def fetch_next(self) -> bool:
        """Fetch the feed that is due; whether there was one."""
        with self._store.transaction(EVERYWHERE) as session:
            fetch = store.claim_due(session, secrets.token_hex(8), _now())
        if fetch is None:
            return False
        with acting(service_context(fetch.organisation_id)):
            try:
                self._fetch(fetch)
            except LeaseLost:
                log.warning("a feed was taken over or removed", feed=str(fetch.feed_id))
        return True

    def take(
        self, origins: Origins, content: bytes, fetch: FetchRow | None = None
    ) -> tuple[CalendarCounts, list[CalendarEntry]]:
        """Take all entries of a calendar, some at a time; the counts, and what is refused. With
        `fetch` only while it is ours.

        Raises Invalid where the calendar is none, or not whole.
        """
        closed = origins.source.closed_as
        entries = tpool.execute(icalendar.read, content, origins.zone, closed)
        counts = CalendarCounts()
        refused: list[CalendarEntry] = []
        for first in range(0, len(entries), TOGETHER):
            some = entries[first : first + TOGETHER]
            met = self._meet(origins, some)
            feeding = again(partial(self._take, origins, some, met, fetch))
            counts = added(counts, feeding.counts)
            refused += feeding.refused
        return counts, refused

    def _meet(self, origins: Origins, some: Sequence[Entry]) -> dict[str, Met]:
        """Who the guests of entries are that say something new, by the entries' UIDs."""
        with self._store.reading() as session:
            new = unmet(session, origins, some)
        people = [Somebody(name=each.guest, identities=list(each.reached)) for each in new]
        met = guests.meet(self._contacts, people)
        return {each.uid: who for each, who in zip(new, met, strict=True)}

    def _take(
        self,
        origins: Origins,
        some: Sequence[Entry],
        met: Mapping[str, Met],
        fetch: FetchRow | None,
    ) -> Feeding:
        with self._store.transaction() as session:
            if fetch is not None:
                queue.renew(session, fetch, now=_now(), lease_seconds=store.LEASE_SECONDS)
            feeding = Feeding(session, origins, self._public_url, met)
            feeding.take(some)
            return feeding

    def _fetch(self, fetch: FetchRow) -> None:
        begun = _now()
        with self._store.reading() as session:
            feed = store.feed(session, fetch.feed_id)
            if feed is None:
                return
            origins = self.origins(session, feed.source, feed.name, feed.id)
        values: dict[str, object] = {"fetched_at": begun, "failures": 0}
        error = ""
        try:
            values |= self._taken(feed, fetch, origins, begun)
        except OutboundError as refused:
            error = refused.text
        except Failure as failure:
            error = _words(failure)
        except LeaseLost:
            raise
        except Exception as broken:
            log.error("a feed broke", feed=str(feed.id), exc_info=broken)
            error = "Something broke that nobody foresaw; the log says what"
        wait = feed.every_minutes * 60.0
        if error:
            failures = fetch.failures + 1
            values = {"failures": failures}
            wait = max(wait, min(wait * 2.0 ** min(failures, 12), LONGEST_WAIT))
        with self._store.transaction() as session:
            alarm.tell(session, feed, fetch, error, _now())
            seconds = wait * random.uniform(0.95, 1.05)  # noqa: S311 - so that not all come at once
            queue.postpone(session, fetch, now=_now(), seconds=seconds, error=error, **values)

    def _taken(
        self, feed: FeedRow, fetch: FetchRow, origins: Origins, begun: dt.datetime
    ) -> dict[str, object]:
        """What is to be kept of a fetch that went well."""
        url = self.vault.decrypt(feed.url, organisation=feed.organisation_id, purpose=PURPOSE)
        headers = {"Accept": "text/calendar, text/plain;q=0.5"}
        headers |= {"If-None-Match": fetch.etag} if fetch.etag else {}
        headers |= {"If-Modified-Since": fetch.last_modified} if fetch.last_modified else {}
        answer = self.client.request("GET", url, headers=headers, bounds=BOUNDS)
        if answer.status == NOT_MODIFIED and (fetch.etag or fetch.last_modified):
            gone = self._miss(origins, None)
            counts = fetch.counts if not gone.cancelled else added(fetch.counts, gone)
            return {"counts": counts}
        if answer.status != 200:
            raise OutboundError(f"the address answered HTTP {answer.status}")
        counts, _ = self.take(origins, answer.body, fetch)
        counts = added(counts, self._miss(origins, begun))
        return {
            "counts": counts,
            "etag": answer.headers.get("etag", "")[:500],
            "last_modified": answer.headers.get("last-modified", "")[:100],
        }

    def _miss(self, origins: Origins, seen_before: dt.datetime | None) -> CalendarCounts:
        """Count once more what is not in the calendar. One that is as it was has not again what it
        had not the last time."""
        assert origins.feed_id is not None, "a file has not all that there is"
        with self._store.transaction() as session:
            feeding = Feeding(session, origins, self._public_url)
            feeding.miss(store.missing(session, origins.feed_id, seen_before))
        return CalendarCounts(cancelled=feeding.counts.cancelled)

    def origins(
        self, session: Session, source: CalendarSource, name: str, feed_id: UUID | None
    ) -> Origins:
        """Where entries come from; the zone is the listing's, unless the source says another."""
        listing = None
        if source.listing_id is not None:
            listing = listings.listing(session, source.listing_id)
        zone = source.zone or (listing.zone if listing is not None else "UTC")
        portal = None
        if source.portal_id is not None:
            portal = listings.portal(session, source.portal_id)
        return Origins(source, feed_id, zone, (portal.name if portal is not None else name)[:200])


def make_fetcher(kept: ServiceStore, runtime: Runtime) -> Fetcher:
    """The fetcher of a process."""
    settings = Common.read("itineraries")
    client = Outbound(
        plain=settings.outbound_private_hosts,
        private=settings.outbound_private_hosts,
        ca_file=settings.outbound_ca_file,
    )
    return Fetcher(
        kept,
        client,
        runtime.vault,
        runtime.caller.client(Contacts),
        settings.public_url.reveal(),
    )


def _words(failure: Failure) -> str:
    errors = failure.details.get("errors") or [{"reason": failure.message}]
    return f"the calendar {errors[0]['reason']}" if "errors" in failure.details else failure.message


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
