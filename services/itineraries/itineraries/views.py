"""Rows as they are told to others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.common import Money
from contracts.itineraries import (
    Balance,
    ConciergeService,
    Itinerary,
    ItineraryState,
    ItinerarySummary,
    Listing,
    Overbooking,
    Payment,
    Portal,
    Service,
    ServiceStep,
    Step,
)

from .domain.plan import lead_guest
from .store.listings import ListingRow, PortalRow
from .store.payments import PaymentRow
from .store.trips import ItineraryRow, ServiceRow, ServiceStepRow, StepRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a trip is told with that does not stand in its own row."""

    public_url: str | None
    steps: Sequence[StepRow]
    payments: list[Payment]
    balances: list[Balance]
    overbookings: list[Overbooking]
    listing: ListingRow | None
    portal: PortalRow | None


def itinerary_of(row: ItineraryRow, around: Surroundings) -> Itinerary:
    """The row as a contract has it."""
    services = sorted(row.services, key=lambda service: (service.starts_at, service.id))
    return Itinerary(
        id=row.id,
        reference=row.reference,
        state=row.state,
        details=row.details,
        services=[service_of(service) for service in services],
        public_url=around.public_url,
        version=row.version,
        created_at=row.created_at,
        state_since=row.state_since,
        confirmed_at=row.confirmed_at,
        history=[step_of(step) for step in around.steps],
        instalments=row.instalments,
        payments=around.payments,
        balances=around.balances,
        payment_incomplete=row.payment_incomplete,
        overbookings=around.overbookings,
        listing=None if around.listing is None else listing_of(around.listing),
        portal=None if around.portal is None else portal_of(around.portal),
        origin=row.origin,
    )


def summary_of(row: ItineraryRow, now: dt.datetime) -> ItinerarySummary:
    """The row as a row of a list."""
    details = row.details
    return ItinerarySummary(
        id=row.id,
        reference=row.reference,
        state=row.state,
        title=row.title,
        start=row.start,
        end=row.end,
        lead_guest=lead_guest(details.guests),
        price=details.price,
        services=row.service_count,
        created_at=row.created_at,
        state_since=row.state_since,
        listing_id=row.listing_id,
        portal_id=row.portal_id,
        agent_id=row.agent_id,
        sales_agent_id=row.sales_agent_id,
        tags=details.tags,
        payment_incomplete=row.payment_incomplete,
        overdue=row.late_from is not None and row.late_from <= now,
    )


def step_of(row: StepRow) -> Step:
    """The row as a contract has it."""
    return Step(
        at=row.at,
        before=row.before,
        after=row.after,
        user_id=row.user_id,
        user_name=row.user_name,
        reason=row.reason,
    )


def service_step_of(row: ServiceStepRow) -> ServiceStep:
    """The row as a contract has it."""
    return ServiceStep(
        at=row.at,
        before=row.before,
        after=row.after,
        user_id=row.user_id,
        user_name=row.user_name,
        reason=row.reason,
    )


def payment_of(row: PaymentRow) -> Payment:
    """The row as a contract has it."""
    return Payment(
        id=row.id,
        itinerary_id=row.itinerary_id,
        kind=row.kind,
        amount=Money(amount=row.amount, currency=row.currency),
        date=row.date,
        method=row.method,
        note=row.note,
        external_id=row.external_id,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        recorded_by_name=row.recorded_by_name,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )


def service_of(row: ServiceRow) -> Service:
    """The row as a contract has it."""
    return Service(
        id=row.id,
        itinerary_id=row.itinerary_id,
        details=row.details,
        starts_at=row.starts_at,
        version=row.version,
    )


def listing_of(row: ListingRow) -> Listing:
    """The row as a contract has it."""
    return Listing(
        id=row.id,
        name=row.name,
        address=row.address,
        zone=row.zone,
        capacity=row.capacity,
        owner_id=row.owner_id,
        external_ids=row.external_ids,
        tags=row.tags,
        archived=row.archived,
        version=row.version,
        pictures=[each.file for each in row.pictures],
    )


def portal_of(row: PortalRow) -> Portal:
    """The row as a contract has it."""
    return Portal(
        id=row.id, name=row.name, tags=row.tags, archived=row.archived, version=row.version
    )


def concierge_service(
    row: ServiceRow, reference: str, title: str, state: ItineraryState
) -> ConciergeService:
    """The service with what the calendar shows of its trip."""
    return ConciergeService(
        service=service_of(row), reference=reference, title=title, itinerary_state=state
    )
