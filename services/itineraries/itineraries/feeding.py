"""Entries of calendars, and what becomes of them: inside the transaction that is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.contacts import Met
from contracts.itineraries import (
    CalendarCounts,
    CalendarEntry,
    CalendarSource,
    EntryKind,
    Guest,
    ItineraryChanged,
    ItineraryDetails,
    ItineraryState,
    Origin,
)
from fairlead.errors import Conflict, Invalid
from fairlead.local_time import today
from fairlead.service import publish

from . import telling, trips
from .domain.icalendar import Entry
from .domain.reservations import placed
from .store import feeds as store
from .store import trips as rows
from .store.feeds import EntryRow
from .store.trips import ItineraryRow

State = ItineraryState

_AHEAD = frozenset({State.INQUIRY, State.PROPOSED, State.CONFIRMED})
CANCELLED = "Its portal cancelled it"
GONE = "Its portal's calendar has it no more"
SAID = "Its portal's calendar says so"
STAYS = "It is gone from the calendar; the trip was changed since, and stays"
BEGUN = "It is cancelled in the calendar; the trip has begun, and stays"
ELSEWHERE = "Another feed has it"
OURS = "The trip was cancelled here, and stays so"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where entries come from. `feed_id` is None for an uploaded file; `name` is what a trip is
    called whose guest is not known."""

    source: CalendarSource
    feed_id: UUID | None
    zone: str
    name: str

    @property
    def key(self) -> str:
        """By which portal's UIDs the entries are known."""
        return str(self.source.portal_id or "")


class Feeding:
    """Takes entries into trips, in one transaction. `met` is who the guests are whose addresses
    entries tell, by the entries' UIDs."""

    def __init__(
        self,
        session: Session,
        origins: Origins,
        public_url: str,
        met: Mapping[str, Met] | None = None,
    ) -> None:
        self._session = session
        self._met = met or {}
        self._from = origins
        self._public_url = public_url
        self._now = dt.datetime.now(dt.UTC)
        self.counts = CalendarCounts()
        self.refused: list[CalendarEntry] = []

    def take(self, entries: Sequence[Entry]) -> None:
        """Have the effect of each entry."""
        known = store.known(self._session, self._from.key, [each.uid for each in entries])
        for entry in entries:
            self._take(entry, known.get(entry.uid))
        self._session.flush()

    def miss(self, missing: Iterable[EntryRow]) -> None:
        """Count that entries are not there any more, and end what is held to be gone."""
        for row in missing:
            row.misses += 1
            if row.misses < store.GIVEN_UP:
                continue
            if row.itinerary_id is None:
                self._session.delete(row)
            else:
                self._withdraw(row, explicit=False)
        self._session.flush()

    def _take(self, entry: Entry, row: EntryRow | None) -> None:
        owner = None if row is None else row.feed_id
        if self._from.feed_id is not None and owner not in (None, self._from.feed_id):
            self._refuse(entry, ELSEWHERE)
            return
        if row is None:
            row = EntryRow(source=self._from.key, uid=entry.uid, feed_id=self._from.feed_id)
            row.itinerary_id = row.trip_version = None
            row.print, row.misses, row.reason = "", 0, ""
            self._session.add(row)
        elif self._from.feed_id is not None:
            row.feed_id = self._from.feed_id
        if row.print and self._is_known(entry, row):
            row.seen_at = self._now
            self._count(entry)
            return
        row.kind = _kind(entry)
        row.start, row.end = entry.start, entry.end
        row.sequence, row.modified, row.print = entry.sequence, entry.modified, entry.print
        row.seen_at, row.misses, row.reason = self._now, 0, entry.refused[:200]
        if row.kind is EntryKind.STAY:
            self._stay(entry, row)
        elif row.itinerary_id is not None and row.kind is EntryKind.BLOCK:
            self._withdraw(row, explicit=False)
        else:
            self._count(entry)

    def _is_known(self, entry: Entry, row: EntryRow) -> bool:
        """Whether it says nothing new: it is as it was, or an older version of it."""
        before = row.sequence, row.modified or dt.datetime.min.replace(tzinfo=dt.UTC)
        return not row.misses and (row.print == entry.print or entry.age < before)

    def _stay(self, entry: Entry, row: EntryRow) -> None:
        trip = None
        if row.itinerary_id is not None:
            trip = rows.find(self._session, row.itinerary_id, lock=True)
        elif not entry.cancelled:
            trip = self._known_otherwise(entry)
            row.itinerary_id = None if trip is None else trip.id
        try:
            if entry.cancelled:
                if trip is None:
                    self._add(unchanged=1)
                else:
                    self._withdraw(row, explicit=True)
            elif trip is None:
                self._begin(entry, row)
            else:
                self._change(entry, row, trip)
        except (Invalid, Conflict) as error:
            row.reason = error.message[:200]
            self._refuse(entry, row.reason)

    def _known_otherwise(self, entry: Entry) -> ItineraryRow | None:
        """The trip that the portal's other exports told of."""
        name = _external_id(entry)
        if not name:
            return None
        portal_id = self._from.source.portal_id
        return rows.find_external(self._session, portal_id, [name]).get(name)

    def _begin(self, entry: Entry, row: EntryRow) -> None:
        details = self._written(
            entry,
            ItineraryDetails(
                title=self._from.name,
                start=_day(entry.start),
                end=_day(entry.end),
                zone=self._from.zone,
                listing_id=self._from.source.listing_id,
                portal_id=self._from.source.portal_id,
                external_id=_external_id(entry),
            ),
        )
        state = placed(State.INQUIRY if entry.tentative else State.CONFIRMED, details, self._now)
        origin = Origin.IMPORTED if state is State.FINISHED else Origin.FEED
        trip, _ = trips.create(self._session, None, details, state, [], origin)
        row.itinerary_id = trip.id
        row.trip_version = self._tell(trip)
        self._add(created=1)

    def _change(self, entry: Entry, row: EntryRow, trip: ItineraryRow) -> None:
        """The days are the calendar's; the words too, until somebody changed the trip."""
        untouched = trip.version == row.trip_version
        if trip.state is State.FINISHED or (trip.state is State.CANCELLED and not untouched):
            row.reason = OURS if trip.state is State.CANCELLED else ""
            self._add(unchanged=1)
            return
        details = replace(trip.details, start=_day(entry.start), end=_day(entry.end))
        if untouched:
            details = self._written(entry, details)
        _, changed = trips.update(self._session, trip.id, trip.version, details)
        wanted = State.INQUIRY if entry.tentative else State.CONFIRMED
        if untouched and trip.state in (State.CANCELLED, State.INQUIRY, State.PROPOSED):
            changed = trips.walk(self._session, trip, wanted, SAID)[1] or changed
        if changed:
            version = self._tell(trip)
            row.trip_version = version if untouched else row.trip_version
        self._add(updated=1) if changed else self._add(unchanged=1)

    def _withdraw(self, row: EntryRow, *, explicit: bool) -> None:
        """Cancel the trip of an entry that is no stay any more, where nobody else has a say."""
        trip = None
        if row.itinerary_id is not None:
            trip = rows.find(self._session, row.itinerary_id, lock=True)
        if trip is None or trip.state not in _AHEAD:
            self._add(unchanged=1)
            return
        untouched = trip.version == row.trip_version
        begun = trip.start <= today(self._now, trip.details.zone)
        if begun or not (explicit or untouched):
            row.reason = STAYS if not begun else BEGUN if explicit else ""
            self._add(unchanged=1)
            return
        trips.move(self._session, trip, State.CANCELLED, CANCELLED if explicit else GONE)
        version = self._tell(trip)
        row.trip_version = version if untouched else row.trip_version
        self._add(cancelled=1)

    def _written(self, entry: Entry, details: ItineraryDetails) -> ItineraryDetails:
        met = self._met.get(entry.uid, Met())
        name = entry.guest or met.name[:200]
        if name:
            known = {each.name: each.contact_id for each in details.guests}
            guest = Guest(name=name, contact_id=met.contact_id or known.get(name), lead=True)
            details = replace(details, title=name, guests=[guest])
        return replace(details, notes=entry.description) if entry.description else details

    def _tell(self, trip: ItineraryRow) -> int:
        """Publish the trip as it is; its version."""
        self._session.flush()
        told = telling.whole(self._session, trip, self._public_url)
        publish(self._session, ItineraryChanged(itinerary=told))
        return trip.version

    def _count(self, entry: Entry) -> None:
        if entry.refused:
            self._refuse(entry, entry.refused)
        elif entry.closed:
            self._add(blocks=1)
        else:
            self._add(unchanged=1)

    def _refuse(self, entry: Entry, reason: str) -> None:
        self._add(refused=1)
        self.refused.append(
            CalendarEntry(
                uid=entry.uid,
                kind=EntryKind.REFUSED,
                start=entry.start,
                end=entry.end,
                itinerary_id=None,
                reason=reason,
                seen_at=self._now,
            )
        )

    def _add(self, **more: int) -> None:
        sums = {name: getattr(self.counts, name) + count for name, count in more.items()}
        self.counts = replace(self.counts, **sums)


def unmet(session: Session, origins: Origins, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that tell a guest's address and something new."""
    known = store.known(session, origins.key, [each.uid for each in entries if each.reached])
    return [
        each
        for each in entries
        if each.reached
        and not (each.refused or each.closed or each.cancelled)
        and (each.uid not in known or known[each.uid].print != each.print)
    ]


def added(one: CalendarCounts, other: CalendarCounts) -> CalendarCounts:
    """The sums of both."""
    names = CalendarCounts.__struct_fields__
    return CalendarCounts(**{name: getattr(one, name) + getattr(other, name) for name in names})


def view(row: EntryRow) -> CalendarEntry:
    """The row as a contract has it."""
    return CalendarEntry(
        uid=row.uid,
        kind=row.kind,
        start=row.start,
        end=row.end,
        itinerary_id=row.itinerary_id,
        reason=row.reason,
        seen_at=row.seen_at,
    )


def _kind(entry: Entry) -> EntryKind:
    if entry.refused:
        return EntryKind.REFUSED
    return EntryKind.BLOCK if entry.closed else EntryKind.STAY


def _day(day: dt.date | None) -> dt.date:
    assert day is not None, "an entry that is not refused has its days"
    return day


def _external_id(entry: Entry) -> str:
    return "" if entry.code.startswith("none:") else entry.code
