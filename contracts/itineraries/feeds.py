"""Reservations from iCalendar (RFC 5545): files, and feeds that are fetched again and again."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Cursor, Limit, Name, Zone

FeedUrl = Annotated[str, Meta(min_length=8, max_length=2000, description="https address")]
EveryMinutes = Annotated[int, Meta(ge=15, le=1440)]


class ClosedAs(enum.Enum):
    """What an entry is that says no more than that the days are not to be had: some portals write
    so for days that the owner keeps, others for every reservation."""

    BLOCKS = "blocks"
    STAYS = "stays"


class FeedState(enum.Enum):
    """How the last fetch went."""

    NEW = "new"
    WORKING = "working"
    FAILING = "failing"  # what it had is kept, and it is tried again later and later
    OFF = "off"


class CalendarCounts(Message):
    """What became of the entries of a calendar."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cancelled: int = 0
    blocks: int = 0
    refused: int = 0


class CalendarSource(Message):
    """What a calendar does not say of its entries: whose days they are, who sold them, and where
    a day begins if not in the listing's zone."""

    listing_id: UUID | None = None
    portal_id: UUID | None = None
    zone: Zone | None = None
    closed_as: ClosedAs = ClosedAs.BLOCKS


class Feed(Message):
    """A calendar of a portal under an address. Of the address only the host is told: whoever has
    the rest reads the calendar. `error` says why it fails, `counts` what the last one had."""

    id: UUID
    name: Name
    host: str
    source: CalendarSource
    every_minutes: EveryMinutes
    active: bool
    state: FeedState
    error: str
    fetched_at: dt.datetime | None
    next_at: dt.datetime | None
    counts: CalendarCounts
    created_at: dt.datetime
    version: int


class EntryKind(enum.Enum):
    """What an entry of a calendar is."""

    STAY = "stay"
    BLOCK = "block"  # days that nobody can have; no trip comes from it
    REFUSED = "refused"


class CalendarEntry(Message):
    """An entry of a feed by its UID: the nights from `start` to before `end`, and the trip that
    came of it. `reason` says why it is refused, or why the trip is not changed by it."""

    uid: str
    kind: EntryKind
    start: dt.date | None
    end: dt.date | None
    itinerary_id: UUID | None
    reason: str
    seen_at: dt.datetime


class CalendarEntryPage(Message):
    """Some entries, by UID; `cursor` gives the next ones."""

    entries: list[CalendarEntry]
    cursor: str | None


class CalendarOutcome(Message):
    """What an uploaded calendar had; `refused` are the first of those that it could not take."""

    counts: CalendarCounts
    refused: list[CalendarEntry]


class Feeds(Interface, Protocol):
    """Calendars of portals.

    An entry is the same by its portal and UID, and a trip comes of it once. Who attends it, or
    whose mail or phone its description tells, is found among the contacts, or made. Later its days
    are those of the calendar; its title and guests only until somebody changes the trip. An entry
    that is cancelled cancels its trip unless that has begun. One that is gone from two fetches does
    so only to a trip that nobody has changed since: else a person decides. Who may manage feeds is
    told when one fails three times in a row, and when it works again.
    """

    @call(rights.READ)
    def list_feeds(self) -> list[Feed]:
        """All feeds by name."""
        ...

    @call(rights.READ)
    def get_feed(self, *, id: UUID) -> Feed:
        """One feed. NotFound `itineraries.feed_not_found`."""
        ...

    @call(rights.MANAGE_FEEDS, mutates=True, deadline=20.0)
    def create_feed(
        self,
        *,
        name: Name,
        url: FeedUrl,
        source: CalendarSource,
        every_minutes: EveryMinutes = 60,
        active: bool = True,
        id: UUID | None = None,
    ) -> Feed:
        """A new feed, fetched at once. With an `id` that exists already nothing changes.

        Invalid for an address that is no public one, and for what is no listing, portal or zone.
        """
        ...

    @call(rights.MANAGE_FEEDS, mutates=True, deadline=20.0)
    def update_feed(
        self,
        *,
        id: UUID,
        version: int,
        name: Name,
        source: CalendarSource,
        url: FeedUrl | None = None,
        every_minutes: EveryMinutes = 60,
        active: bool = True,
    ) -> Feed:
        """Replace a feed; without `url` it keeps its address. Stale `itineraries.changed`."""
        ...

    @call(rights.MANAGE_FEEDS, mutates=True)
    def remove_feed(self, *, id: UUID) -> None:
        """Fetch it no more. The trips that came of it stay as they are."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True)
    def refresh_feed(self, *, id: UUID) -> Feed:
        """Fetch it now. Conflict `itineraries.feed_off` for one that is switched off."""
        ...

    @call(rights.READ)
    def list_feed_entries(
        self,
        *,
        id: UUID,
        kind: EntryKind | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> CalendarEntryPage:
        """What a feed has, and what became of it."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True, deadline=60.0)
    def import_calendar(self, *, file_id: UUID, source: CalendarSource) -> CalendarOutcome:
        """Take the entries of an uploaded calendar; the same again changes nothing.

        What it has not is not gone. NotFound `inbox.file_not_found`, Invalid
        `itineraries.calendar_unreadable`, Conflict `files.waiting`, `files.infected` or
        `files.blocked` while the virus check has not let it pass.
        """
        ...
