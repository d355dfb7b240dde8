"""What belongs to a trip and may say something of its guests."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from .payments import PaymentRow
from .reviews import ReviewRow
from .trips import ItineraryRow, ServiceRow, ServiceStepRow, StepRow


def reviews(session: Session, itinerary_id: UUID) -> Sequence[ReviewRow]:
    """The reviews of a trip."""
    query = select(ReviewRow).where(ReviewRow.itinerary_id == itinerary_id)
    return session.scalars(query.order_by(ReviewRow.id)).all()


def notes_of(
    session: Session, row: ItineraryRow
) -> Sequence[StepRow | ServiceStepRow | PaymentRow]:
    """Its steps, its services' steps and its payments: each may have a sentence."""
    services = [each.id for each in row.services]
    steps = select(StepRow).where(StepRow.itinerary_id == row.id)
    theirs = select(ServiceStepRow).where(ServiceStepRow.service_id.in_(services))
    payments = select(PaymentRow).where(PaymentRow.itinerary_id == row.id)
    return [
        *session.scalars(steps).all(),
        *session.scalars(theirs).all(),
        *session.scalars(payments).all(),
    ]


def whole(session: Session, ids: Collection[UUID]) -> Sequence[ItineraryRow]:
    """These trips, held until the transaction ends, in an order that all keep."""
    query = select(ItineraryRow).where(ItineraryRow.id.in_(ids)).order_by(ItineraryRow.id)
    return session.scalars(query.with_for_update(of=ItineraryRow)).all()


def trip_ids(rows: Collection[object]) -> set[UUID]:
    """The trips among these rows, and those of their services."""
    found = {row.id for row in rows if isinstance(row, ItineraryRow)}
    return found | {row.itinerary_id for row in rows if isinstance(row, ServiceRow)}
