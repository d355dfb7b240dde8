"""Overbooking, found and resolved in the transaction in which it arises and ends.

Whoever changes a claim to a listing holds the listing's row until the transaction ends, so that
of two who book the same night at once the second sees the first. The other trip's row is not
touched: two that met would wait for each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.itineraries import (
    Overbooking,
    OverbookingFound,
    OverbookingPage,
    OverbookingResolved,
    Stay,
)
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.context import Role
from fairlead.service import publish
from fairlead.store import new_id

from .domain.stays import Claim, claim
from .store import listings
from .store import overbookings as store
from .store.overbookings import OverbookingRow
from .store.trips import ItineraryRow


def claim_of(row: ItineraryRow) -> Claim | None:
    """The nights that a trip claims."""
    return claim(row.state, row.listing_id, row.start, row.end)


def watch(session: Session, row: ItineraryRow, before: Claim | None) -> None:
    """Find and resolve what follows from the trip's claim, which was `before`.

    To be called when the row is as it will be.
    """
    after = claim_of(row)
    if after == before:
        return
    session.flush()
    for listing_id in sorted({each.listing_id for each in (before, after) if each is not None}):
        listings.listing(session, listing_id, lock=True)
    now = dt.datetime.now(dt.UTC)
    wanted: dict[UUID, tuple[ItineraryRow, Claim]] = {}
    for rival in [] if after is None else store.rivals(session, after, row.id):
        theirs = claim_of(rival)
        common = None if theirs is None or after is None else after.common(theirs)
        if common is not None:
            wanted[rival.id] = rival, common
    for known in store.open_of(session, row.id):
        other = known.second_id if known.first_id == row.id else known.first_id
        found = wanted.pop(other, None)
        if found is None:
            _resolve(session, known, now)
        elif (known.listing_id, known.start, known.end) != _nights(found[1]):
            known.listing_id, known.start, known.end = _nights(found[1])
            _tell(session, known, (row, found[0]))
    for rival, common in wanted.values():
        _find(session, row, rival, common, now)


def _nights(common: Claim) -> tuple[UUID, dt.date, dt.date]:
    return common.listing_id, common.start, common.end


def _find(
    session: Session, row: ItineraryRow, rival: ItineraryRow, common: Claim, now: dt.datetime
) -> None:
    first, second = sorted((row.id, rival.id))
    found = OverbookingRow(
        id=new_id(),
        listing_id=common.listing_id,
        first_id=first,
        second_id=second,
        start=common.start,
        end=common.end,
        found_at=now,
        resolved_at=None,
    )
    session.add(found)
    _tell(session, found, (row, rival))
    notice = NotificationRaised(
        kind=NotificationKind.OVERBOOKED,
        to=Audience(roles=[Role.OWNER, Role.ADMIN, Role.SUPERVISOR]),
        title=f"{row.reference} and {rival.reference} have the same nights",
        dedupe_key=f"overbooked:{found.id}",
        at=now,
        text=f"From {common.start} to {common.end}.",
        target=Target(entity="itinerary", id=row.id),
    )
    publish(session, notice)


def _resolve(session: Session, known: OverbookingRow, now: dt.datetime) -> None:
    known.resolved_at = now
    session.flush()
    [told] = views(session, [known])
    publish(session, OverbookingResolved(overbooking=told))


def _tell(session: Session, found: OverbookingRow, rows: tuple[ItineraryRow, ...]) -> None:
    session.flush()
    told = _view(found, {each.id: each for each in rows})
    publish(session, OverbookingFound(overbooking=told))


def of_trip(session: Session, itinerary_id: UUID) -> list[Overbooking]:
    """The open overbookings of a trip."""
    return views(session, store.open_of(session, itinerary_id))


def page(
    session: Session, *, listing_id: UUID | None, resolved: bool, cursor: str | None, limit: int
) -> OverbookingPage:
    """Open or resolved overbookings, the latest found first."""
    found = store.listed(
        session, listing_id=listing_id, resolved=resolved, cursor=cursor, limit=limit
    )
    return OverbookingPage(overbookings=views(session, found.items), cursor=found.next)


def views(session: Session, rows: Iterable[OverbookingRow]) -> list[Overbooking]:
    """The rows as a contract has them."""
    found = list(rows)
    trips = store.trips(session, {id for row in found for id in (row.first_id, row.second_id)})
    return [_view(row, trips) for row in found]


def _view(row: OverbookingRow, trips: dict[UUID, ItineraryRow]) -> Overbooking:
    pair = [trips[id] for id in (row.first_id, row.second_id)]
    return Overbooking(
        id=row.id,
        listing_id=row.listing_id,
        stays=[
            Stay(
                itinerary_id=each.id,
                reference=each.reference,
                state=each.state,
                start=each.start,
                end=each.end,
            )
            for each in pair
        ],
        start=row.start,
        end=row.end,
        found_at=row.found_at,
        resolved_at=row.resolved_at,
        version=row.version,
    )
