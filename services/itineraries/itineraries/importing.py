"""Reservations from a CSV file, some rows at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import ClassVar
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.contacts import Contacts, Somebody
from contracts.importing import ImportPolicy
from contracts.itineraries import ItineraryChanged, Origin, ReservationPlan
from fairlead.errors import Conflict, Invalid
from fairlead.files import FileStore
from fairlead.jobs.sheets import SheetJob, SheetState, Taken
from fairlead.local_time import moment, today
from fairlead.service import ServiceStore, publish
from fairlead.sheets import Sheets
from fairlead.store import new_id

from . import guests, overbooking, telling, trips, views
from .domain import reservations, tags
from .domain.reservations import Known, Row
from .domain.states import AGREED, path
from .store import listings
from .store import trips as store
from .store.trips import ItineraryRow, TagRow

REASON = "The file says so"


class ImportState(SheetState, kw_only=True):
    """How far an import is. `zone` is the organisation's."""

    plan: ReservationPlan
    zone: str


class ReservationImport(SheetJob[ImportState, Row]):
    """The kind of job `import`."""

    sheets: ClassVar[Sheets] = reservations.SHEETS

    def __init__(
        self, kept: ServiceStore, files: FileStore, contacts: Contacts, public_url: str
    ) -> None:
        super().__init__(kept, files)
        self._contacts = contacts
        self._public_url = public_url

    def plan(self, state: ImportState) -> ReservationPlan:
        """How the file is written."""
        return state.plan

    def understanding(self, state: ImportState) -> Callable[[int, Sequence[str]], Row]:
        """What tells of the cells of a line what they mean."""
        with self._store.reading() as session:
            known = known_to(session, state.zone)
        return partial(reservations.understand, wanted=state.plan, known=known)

    def prepare(self, rows: Sequence[Row]) -> None:
        """Find out who the guests are; refuses a row whose address is none."""
        reached = [row for row in rows if row.reached]
        people = [Somebody(name=_name_of(row), identities=row.reached) for row in reached]
        for row, met in zip(reached, guests.meet(self._contacts, people), strict=True):
            if met.contact_id is not None:
                row.know_guest(met.contact_id)
            else:
                row.refused = met.scheme.value if met.scheme else "email", met.reason

    def take(
        self,
        session: Session,
        state: ImportState,
        rows: Sequence[Row],
        seen: Mapping[str, UUID] | None,
    ) -> Taken:
        """Make or change a trip for each row."""
        batch = _Batch(session, state.plan, self._public_url, seen)
        batch.take(rows)
        return batch.taken


def _name_of(row: Row) -> str:
    """What the guest is called, unless that is only his address."""
    name = row.whole().guests[0].name
    return "" if name == row.reached[0].value else name


def known_to(session: Session, zone: str) -> Known:
    """What rows may refer to."""
    return Known.of(
        [views.listing_of(each) for each in listings.listings(session)],
        [views.portal_of(each) for each in listings.portals(session)],
        zone,
    )


class _Batch:
    """Some rows taken in one transaction, as if one after the other."""

    def __init__(
        self,
        session: Session,
        plan: ReservationPlan,
        public_url: str,
        seen: Mapping[str, UUID] | None,
    ) -> None:
        self._session = session
        self._plan = plan
        self._public_url = public_url
        self._seen = seen
        self._now = dt.datetime.now(dt.UTC)
        self._new: dict[str, Row] = {}
        self.taken = Taken()

    def take(self, rows: Sequence[Row]) -> None:
        """Have the effect of each row; refuses those that cannot be."""
        present = self._present(rows)
        for row in rows:
            key = _key(row)
            if key in self._new:  # an earlier row of this batch makes it
                present |= self._create()
            if key in present:
                self._update(row, present[key])
            elif self._seen is not None and (key in self._seen or key in self.taken.learnt):
                self.taken.unchanged += 1
            else:
                self._begin(key, row)
        self._create()

    def _present(self, rows: Sequence[Row]) -> dict[str, ItineraryRow]:
        """The trips that there are already, by the rows' keys."""
        named: dict[UUID | None, set[str]] = defaultdict(set)
        ids = set()
        for row in rows:
            about = row.whole()
            if about.external_id:
                named[about.portal_id].add(about.external_id)
            else:
                ids.add(row.id())
        found = {str(each.id): each for each in store.by_ids(self._session, ids)}
        for portal_id, names in named.items():
            of_portal = store.find_external(self._session, portal_id, names)
            found |= {_name(portal_id, name): each for name, each in of_portal.items()}
        return found

    def _begin(self, key: str, row: Row) -> None:
        self.taken.created += 1
        if self._seen is None:
            self._new[key] = row
        else:
            self.taken.learnt[key] = row.id()

    def _create(self) -> dict[str, ItineraryRow]:
        """Make the trips that are new, many in a few statements, and tell them."""
        new, self._new = self._new, {}
        if not new:
            return {}
        session, made = self._session, self._drafts(new)
        session.add_all(made.values())
        session.flush()
        steps = {row.id: trips.step(row, 1, None, REASON) for row in made.values()}
        session.add_all(steps.values())
        session.add_all(
            TagRow(itinerary_id=row.id, tag=key)
            for row in made.values()
            for key in {tags.key(tag) for tag in row.details.tags}
        )
        claiming = [row for row in made.values() if overbooking.claim_of(row) is not None]
        for row in claiming:
            overbooking.watch(session, row, None)
        session.flush()
        found = {row.id: overbooking.of_trip(session, row.id) for row in claiming}
        around = telling.Around(
            self._public_url,
            {each.id: each for each in listings.listings(session)},
            {each.id: each for each in listings.portals(session)},
        )
        for row in made.values():
            trip = telling.begun(row, steps[row.id], around, found.get(row.id, []))
            publish(session, ItineraryChanged(itinerary=trip))
        return made

    def _drafts(self, new: Mapping[str, Row]) -> dict[str, ItineraryRow]:
        """The trips of new rows, with references one after the other."""
        by_year: dict[int, list[str]] = defaultdict(list)
        for key, row in new.items():
            by_year[today(self._now, row.whole().zone).year].append(key)
        made = {}
        for year, keys in by_year.items():
            first = store.next_number(self._session, year, len(keys))
            for number, key in enumerate(keys, first):
                made[key] = self._draft(number, new[key])
        return made

    def _draft(self, number: int, row: Row) -> ItineraryRow:
        about = row.whole()
        about = replace(about, tags=tags.tidied([*about.tags, *self._plan.tags]))
        state = reservations.placed(row.state or self._plan.state, about, self._now)
        id = new_id() if about.external_id else row.id()
        trip = trips.draft(id, number, about, state, self._now, Origin.IMPORTED)
        if row.booked is not None:
            trip.created_at = min(self._now, moment(row.booked, None, about.zone))
        trip.state_since = trip.created_at
        trip.confirmed_at = trip.created_at if state in AGREED else None
        return trip

    def _update(self, row: Row, trip: ItineraryRow) -> None:
        """Write what the row says into the trip, as the policy allows."""
        policy = self._plan.policy
        if policy is ImportPolicy.SKIP:
            self.taken.unchanged += 1
            return
        details = reservations.merged(trip.details, row, policy, self._plan.tags)
        state = trip.state
        if policy is ImportPolicy.OVERWRITE and row.state is not None:
            state = reservations.placed(row.state, details, self._now)
        steps = path(trip.state, state)
        try:
            if steps is None:
                trips.walk(self._session, trip, state, REASON)  # says why it cannot be
            trips.check(self._session, trip, details)
        except Conflict as error:
            row.refused = "state" if steps is None else "external_id", error.message
            return
        except Invalid as error:
            wrong = error.details["errors"][0]
            row.refused = wrong["field"].removeprefix("details.").split(".")[0], wrong["reason"]
            return
        if details == trip.details and not steps:
            self.taken.unchanged += 1
            return
        self.taken.updated += 1
        if self._seen is None:
            trips.update(self._session, trip.id, trip.version, details)
            trips.walk(self._session, trip, state, REASON)
            self._session.flush()
            told = telling.whole(self._session, trip, self._public_url)
            publish(self._session, ItineraryChanged(itinerary=told))


def _key(row: Row) -> str:
    about = row.whole()
    return _name(about.portal_id, about.external_id) if about.external_id else str(row.id())


def _name(portal_id: UUID | None, external_id: str) -> str:
    return f"{portal_id or ''}|{external_id}"
