"""The calendar of services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from contracts.itineraries import ItineraryState, ServiceKind, ServiceState

from .trips import ItineraryRow, ServiceRow


def services(
    session: Session,
    start: dt.date,
    end: dt.date,
    *,
    suppliers: Sequence[UUID] | None,
    state: ServiceState | None,
    listing_id: UUID | None,
    kind: ServiceKind | None,
    words: Sequence[str],
    most: int,
) -> Sequence[Row[ServiceRow, str, str, ItineraryState]]:
    """The services of these days, with reference, title and state of their trips.

    By day and local time, whole days first; at most `most`.
    """
    query = (
        select(ServiceRow, ItineraryRow.reference, ItineraryRow.title, ItineraryRow.state)
        .join(ServiceRow.itinerary)
        .where(ServiceRow.date.between(start, end))
        .order_by(
            ServiceRow.date,
            ServiceRow.time.is_not(None),
            ServiceRow.time,
            ServiceRow.starts_at,
            ServiceRow.id,
        )
        .limit(most)
    )
    if suppliers is not None:
        query = query.where(ServiceRow.supplier_id.in_(suppliers))
    if state is not None:
        query = query.where(ServiceRow.state == state)
    if listing_id is not None:
        query = query.where(ItineraryRow.listing_id == listing_id)
    if kind is not None:
        query = query.where(ServiceRow.kind == kind)
    for each in words:
        ours = ServiceRow.searched.contains(each, autoescape=True)
        query = query.where(ours | ItineraryRow.searched.contains(each, autoescape=True))
    return session.execute(query).all()
