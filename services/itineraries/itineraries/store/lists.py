"""The list of trips: all filters in one query, a page at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from contracts.itineraries import ItineraryState
from fairlead.store import Order, Page, page
from fairlead.store.search import Wanted as Search
from fairlead.store.search import find

from .overbookings import OverbookingRow
from .trips import TRIPS, ItineraryRow, TagRow

ORDER = Order(ItineraryRow.start.desc(), ItineraryRow.id.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What trips must be to be listed; None, and no words, let all pass."""

    words: Sequence[str]
    state: ItineraryState | None
    stay_from: dt.date | None
    stay_to: dt.date | None
    listing_id: UUID | None
    portal_id: UUID | None
    agents: Sequence[UUID] | None
    sales_agent_id: UUID | None
    tag: str | None
    currency: str | None
    price_from: int | None
    price_to: int | None
    created_from: dt.datetime | None
    created_to: dt.datetime | None
    payment_incomplete: bool | None
    overdue: bool | None
    overbooked: bool | None
    now: dt.datetime


def listed(
    session: Session, wanted: Wanted, *, cursor: str | None, limit: int
) -> Page[ItineraryRow]:
    """Trips, the latest start first; with words those that are found, the best first."""
    if wanted.words:
        found = find(
            session,
            TRIPS,
            Search(wanted.words),
            ItineraryRow.id,
            where=list(_filters(wanted)),
            cursor=cursor,
            limit=limit,
        )
        return Page(items=found.items, next=found.next, previous=None)
    query = select(ItineraryRow).where(*_filters(wanted))
    return page(session, query, ORDER, cursor=cursor, limit=limit)


def _filters(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    row = ItineraryRow
    alike = {
        row.state: wanted.state,
        row.listing_id: wanted.listing_id,
        row.portal_id: wanted.portal_id,
        row.sales_agent_id: wanted.sales_agent_id,
        row.currency: wanted.currency,
        row.payment_incomplete: wanted.payment_incomplete,
    }
    yield from (column == value for column, value in alike.items() if value is not None)
    if wanted.agents is not None:
        yield row.agent_id.in_(wanted.agents)
    least = {
        row.end: wanted.stay_from,
        row.price: wanted.price_from,
        row.created_at: wanted.created_from,
    }
    yield from (column >= value for column, value in least.items() if value is not None)
    most = {row.start: wanted.stay_to, row.price: wanted.price_to}
    yield from (column <= value for column, value in most.items() if value is not None)
    if wanted.created_to is not None:
        yield row.created_at < wanted.created_to
    if wanted.overdue is not None:
        late = row.late_from.is_not(None) & (row.late_from <= wanted.now)
        yield late if wanted.overdue else ~late
    if wanted.tag is not None:
        tagged = select(TagRow.itinerary_id).where(TagRow.tag == wanted.tag)
        yield row.id.in_(tagged)
    if wanted.overbooked is not None:
        open_ = OverbookingRow.resolved_at.is_(None)
        first = select(OverbookingRow.first_id).where(open_)
        second = select(OverbookingRow.second_id).where(open_)
        either = row.id.in_(first) | row.id.in_(second)
        yield either if wanted.overbooked else ~either
