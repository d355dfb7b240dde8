"""Itineraries: some 50,000 stays and tours over three years, and what a person asks of them."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa

from contracts.contacts import Contacts
from contracts.itineraries import (
    ItineraryState,
    ReservationPlan,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from fairlead.files import FileStore
from fairlead.service import ServiceStore
from fairlead.store import Database, new_id
from fairlead.store.search import query_words
from itineraries import listings
from itineraries.importing import ImportState, ReservationImport
from itineraries.store import concierge, lists
from itineraries.store.listings import ListingRow
from itineraries.store.lists import ORDER, Wanted
from itineraries.store.trips import ItineraryRow

from ..answers import Ask, Screen
from .loading import ORGANISATION, sheet, take_in
from .names import Names, mistyped

COLUMNS = ("external_id", "guest", "start", "end", "state", "price", "currency", "listing", "tags")
PLACES, LIMIT = 500, 50
BEGIN = dt.date(2025, 1, 1)
DAYS = 3 * 365
LISTINGS_PER_TRIP = 1 / 50
TAGS = ("honeymoon", "late arrival", "pets", "long stay")
STATES = ("inquiry", "proposed", "confirmed", "confirmed", "finished", "cancelled")


@dataclass(frozen=True)
class Places:
    """Trips that somebody may look for."""

    references: Sequence[str]
    titles: Sequence[str]
    marks: Sequence[tuple[dt.date, UUID]]
    listings: Sequence[UUID]


def fill(kept: ServiceStore, files: FileStore, count: int) -> None:
    """`count` trips by the import of reservations, with services on their days."""
    names = Names(count)
    called = [f"Casa {name}" for name in names.people(max(2, int(count * LISTINGS_PER_TRIP)))]
    called = [f"{each} {number}" for number, each in enumerate(called)]
    with kept.transaction() as session:
        for each in called:
            house = listings.Wanted(
                name=each,
                address="",
                zone="Europe/Lisbon",
                capacity=None,
                owner_id=None,
                external_ids=[],
                tags=[],
            )
            listings.create(session, new_id(), house)
    stored = files.put(ORGANISATION, sheet(COLUMNS, _rows(names, count, called)))
    plan = ReservationPlan(targets=list(COLUMNS))
    state = ImportState(file=stored.key, plan=plan, dry_run=False, zone="Europe/Lisbon")
    nobody = cast("Contacts", None)  # who is not asked, as the sheet has no addresses
    take_in(ReservationImport(kept, files, nobody, "https://trips.example"), kept, state)
    with kept.database.exclusive() as connection:
        details = msgspec.json.encode(_DETAILS).decode()
        connection.exec_driver_sql(_SERVICES, {"details": details})


def _rows(names: Names, count: int, called: Sequence[str]) -> Iterator[Sequence[object]]:
    for number, guest in enumerate(names.people(count)):
        chance = names.chance
        start = BEGIN + dt.timedelta(days=chance.randrange(DAYS))
        yield (
            f"R-{number}",
            guest,
            start.isoformat(),
            (start + dt.timedelta(days=chance.randint(1, 14))).isoformat(),
            chance.choice(STATES),
            chance.randrange(100, 9000),
            "EUR",
            chance.choice(called) if chance.random() < 0.5 else "",
            chance.choice(TAGS) if chance.random() < 0.3 else "",
        )


_DETAILS = ServiceDetails(
    kind=ServiceKind.TRANSFER,
    name="Airport transfer",
    date=BEGIN,
    zone="Europe/Lisbon",
)
# A service a trip on its first day, as planning writes it; a hundred thousand by planning itself
# would take an hour.
_SERVICES = """
INSERT INTO services (organisation_id, id, itinerary_id, version, details, date, time, starts_at,
                      supplier_id, state, kind, searched)
SELECT organisation_id, md5(id::text || n)::uuid, id, 1, %(details)s::jsonb, start + n, NULL,
       start + n, NULL, 'planned', 'transfer', 'airport transfer'
FROM itineraries, generate_series(0, 3) AS n
"""


def places(database: Database) -> Places:
    """Some trips, the same for the same database."""
    drawn = sa.func.md5(sa.cast(ItineraryRow.id, sa.Text))
    columns = (ItineraryRow.id, ItineraryRow.reference, ItineraryRow.title, ItineraryRow.start)
    with database.reading(ORGANISATION) as session:
        rows = session.execute(sa.select(*columns).order_by(drawn).limit(PLACES)).all()
        houses = session.scalars(sa.select(ListingRow.id).order_by(ListingRow.id).limit(PLACES))
        return Places(
            [row.reference for row in rows],
            [row.title for row in rows],
            [(row.start, row.id) for row in rows],
            houses.all(),
        )


def _wanted(**narrowed: Any) -> Wanted:
    nothing = dict.fromkeys(Wanted.__slots__)
    return Wanted(**{**nothing, "words": (), "now": dt.datetime.now(dt.UTC), **narrowed})


def trip_list(where: Places, chance: random.Random) -> Ask:
    """The list: its first page, further down, or by what a person narrows it to."""
    narrowed: dict[str, Any] = {}
    cursor = None
    start, _ = mark = chance.choice(where.marks)
    drawn = chance.random()
    if drawn < 0.2:
        cursor = ORDER.encode("next", mark)
    elif drawn < 0.35:
        narrowed["state"] = ItineraryState(chance.choice(STATES))
    elif drawn < 0.5:
        narrowed |= {"stay_from": start, "stay_to": start + dt.timedelta(days=7)}
    elif drawn < 0.65:
        narrowed["listing_id"] = chance.choice(where.listings)
    elif drawn < 0.75:
        narrowed |= {"state": ItineraryState.CONFIRMED, "overdue": True}
    elif drawn < 0.85:
        narrowed["tag"] = chance.choice(TAGS)
    wanted = _wanted(**narrowed)
    return lambda session: lists.listed(session, wanted, cursor=cursor, limit=LIMIT)


def search(where: Places, chance: random.Random) -> Ask:
    """A reference or its end, a guest's name whole, begun or mistyped."""
    reference, title = chance.choice(where.references), chance.choice(where.titles)
    first, *rest = title.split()
    last = rest[-1] if rest else first
    asked = [reference, reference[-6:], title, first[:3], mistyped(last)]
    wanted = _wanted(words=query_words(chance.choice(asked)))
    return lambda session: lists.listed(session, wanted, cursor=None, limit=LIMIT)


def calendar(where: Places, chance: random.Random) -> Ask:
    """A day or a week of the concierge calendar."""
    start, _ = chance.choice(where.marks)
    end = start + dt.timedelta(days=chance.choice([0, 6]))
    state = ServiceState.PLANNED if chance.random() < 0.3 else None
    return lambda session: concierge.services(
        session,
        start,
        end,
        suppliers=None,
        state=state,
        listing_id=None,
        kind=None,
        words=(),
        most=LIMIT,
    )


SCREENS: dict[str, Screen[Places]] = {
    "itinerary list": trip_list,
    "search of itineraries": search,
    "concierge calendar": calendar,
}
