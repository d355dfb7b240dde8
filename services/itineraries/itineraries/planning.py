"""Services as they are planned: each function inside the transaction that it is given.

Each answers with the trip's row and whether anything changed. The trip is locked first, so that
whoever changes another of its services at the same time waits and does not fail.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from contracts.itineraries import ServiceDetails, ServiceState
from fairlead.context import current
from fairlead.errors import Conflict

from . import documents, finding, recording
from .domain import plan
from .domain.search import searched_service
from .domain.states import check_service_step
from .store import trips as store
from .store.trips import Changed, ItineraryRow, ServiceRow, ServiceStepRow


def add_service(
    session: Session, itinerary_id: UUID, service_id: UUID, details: ServiceDetails
) -> Changed:
    """The trip with a service more; one that it has already changes nothing.

    Conflict `itineraries.service_elsewhere` where another trip has the service.
    """
    row = finding.trip(session, itinerary_id, lock=True)
    known = store.find_by_service(session, service_id)
    if known is row:
        return row, False
    if known is not None:
        raise Conflict("itineraries.service_elsewhere", f"{known.reference} has this service")
    added = service(service_id, details, "details")
    row.services.append(added)
    _check_extent(row)
    note(session, added, 1, None, "")
    recording.service(session, "service.added", row, added, None, details)
    _count(row)
    return row, True


def update_service(session: Session, id: UUID, version: int, details: ServiceDetails) -> Changed:
    """The service's trip, with the service replanned."""
    row, found = finding.service(session, id)
    finding.expect(found, version)
    if details == found.details:
        return row, False
    before = found.details
    check_service_step(before.state, details.state)
    number = _next_step(session, id)
    _plan(found, details, "details")
    _check_extent(row)
    if details.state is not before.state:
        note(session, found, number, before.state, "")
    recording.service(session, "service.changed", row, found, before, details)
    _count(row)
    return row, True


def set_state(
    session: Session, id: UUID, version: int, state: ServiceState, reason: str
) -> Changed:
    """The service's trip, with the service moved on."""
    plan.check_line("reason", reason)
    row, found = finding.service(session, id)
    finding.expect(found, version)
    before = found.details
    check_service_step(before.state, state)
    if before.state is state:
        return row, False
    number = _next_step(session, id)
    _plan(found, replace(before, state=state), "details")
    note(session, found, number, before.state, reason)
    recording.service(session, "service.changed", row, found, before, found.details)
    _count(row)
    return row, True


def note(
    session: Session, row: ServiceRow, number: int, before: ServiceState | None, reason: str
) -> None:
    """Write down the `number`th step of a service, to where it stands now."""
    who = current()
    session.add(
        ServiceStepRow(
            service_id=row.id,
            number=number,
            at=dt.datetime.now(dt.UTC),
            before=before,
            after=row.state,
            user_id=who.user,
            user_name=(who.user_name or "")[:200],
            reason=reason.strip(),
        )
    )


def _next_step(session: Session, id: UUID) -> int:
    last = store.service_steps(session, id, 1)
    return last[0].number + 1 if last else 1


def remove_service(session: Session, id: UUID, version: int) -> Changed:
    """The service's trip, without the service."""
    row, found = finding.service(session, id)
    finding.expect(found, version)
    row.services.remove(found)
    documents.leave_service(session, row.id, found.id)
    recording.service(session, "service.removed", row, found, found.details, None)
    _count(row)
    return row, True


def _check_extent(row: ItineraryRow) -> None:
    plan.check_extent(row.details, [each.details for each in row.services], "details")


def service(id: UUID, details: ServiceDetails, at: str) -> ServiceRow:
    """A new service; raises Invalid that names each wrong field below the path `at`."""
    row = ServiceRow(id=id)
    _plan(row, details, at)
    return row


def _plan(row: ServiceRow, details: ServiceDetails, at: str) -> None:
    row.starts_at = plan.check_service(details, at)
    row.details = details
    row.date, row.time = details.date, details.time
    row.supplier_id, row.state = details.supplier_id, details.state
    row.kind, row.searched = details.kind, searched_service(details)


def _count(row: ItineraryRow) -> None:
    """Count the services, and the change of the trip that happened in them."""
    row.service_count = len(row.services)
    flag_modified(row, "service_count")
