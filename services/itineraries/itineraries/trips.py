"""Trips as they are changed: each function inside the transaction that it is given.

Each answers with the row and whether anything changed. A trip is locked first, so that whoever
changes one of its services at the same time waits and does not fail. Its row is written last, and
at once: each flush of it would count as a change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.itineraries import ItineraryDetails, ItineraryState, Origin, ServiceDetails
from fairlead.context import current
from fairlead.errors import Conflict
from fairlead.local_time import ended, today
from fairlead.store import new_id

from . import listings, overbooking, paying, planning, recording
from .domain import plan, public, tags
from .domain.references import reference
from .domain.search import searched
from .domain.states import OCCUPYING, check_step, path
from .finding import expect, trip
from .store import trips as store
from .store.trips import Changed, ItineraryRow, StepRow

OVER = "Its last day is over"


def create(
    session: Session,
    id: UUID | None,
    details: ItineraryDetails,
    state: ItineraryState,
    services: Sequence[ServiceDetails],
    origin: Origin = Origin.ENTERED,
) -> Changed:
    """A new trip with the next reference, or the one that has the id already."""
    known = None if id is None else store.find(session, id)
    if known is not None:
        return known, False
    details = checked(details)
    plan.check_extent(details, services, "services")
    listings.check(session, details, None)
    _external_id(session, details, None)
    now = dt.datetime.now(dt.UTC)
    year = today(now, details.zone).year
    row = draft(id or new_id(), store.next_number(session, year), details, state, now, origin)
    for number, each in enumerate(services):
        row.services.append(planning.service(new_id(), each, f"services[{number}]"))
    row.service_count = len(row.services)
    session.add(row)
    session.flush()
    session.add(step(row, 1, None, ""))
    for planned in row.services:
        planning.note(session, planned, 1, None, "")
    store.tag(session, row.id, [tags.key(tag) for tag in details.tags])
    after = recording.of_trip(details) | {"state": state}
    recording.trip(session, "itinerary.created", row, None, after)
    overbooking.watch(session, row, None)
    return row, True


def draft(
    id: UUID,
    number: int,
    details: ItineraryDetails,
    state: ItineraryState,
    now: dt.datetime,
    origin: Origin = Origin.ENTERED,
) -> ItineraryRow:
    """A new trip, the `number`th of its year, that is in no session yet; `details` are checked.

    It has its public link from the start, so that the first message about it can show the page.
    """
    row = ItineraryRow(id=id, token=public.new_token(), created_at=now, origin=origin)
    row.services, row.instalments, row.service_count = [], [], 0
    row.external_id = details.external_id.strip()
    row.reference = reference(today(now, details.zone).year, number)
    row.state, row.state_since = state, now
    row.confirmed_at = now if state is ItineraryState.CONFIRMED else None
    _write(row, details)
    paying.settle(row, [])
    return row


def update(session: Session, id: UUID, version: int, details: ItineraryDetails) -> Changed:
    """The trip with other details."""
    row = trip(session, id, lock=True)
    expect(row, version)
    if details == row.details:
        return row, False
    return _replace(session, row, checked(details))


def assign(session: Session, id: UUID, version: int, sales_agent_id: UUID | None) -> Changed:
    """The trip as the sale of somebody else."""
    row = trip(session, id, lock=True)
    expect(row, version)
    if row.details.sales_agent_id == sales_agent_id:
        return row, False
    return _replace(session, row, replace(row.details, sales_agent_id=sales_agent_id))


def check(session: Session, row: ItineraryRow, details: ItineraryDetails) -> str:
    """Raises Invalid or Conflict unless the trip may have these details; its external id then."""
    plan.check_itinerary(details)
    plan.check_extent(details, [each.details for each in row.services], "details")
    listings.check(session, details, row.details)
    return _external_id(session, details, row)


def _replace(session: Session, row: ItineraryRow, details: ItineraryDetails) -> Changed:
    row.external_id = check(session, row, details)
    store.tag(session, row.id, [tags.key(tag) for tag in details.tags])
    paid = paying.payments(session, row.id)
    before, claimed = row.details, overbooking.claim_of(row)
    _write(row, details)
    paying.settle(row, paid)
    recording.updated(session, row, before, details)
    overbooking.watch(session, row, claimed)
    return row, True


def set_state(
    session: Session, id: UUID, version: int, state: ItineraryState, reason: str
) -> Changed:
    """The trip moved on."""
    plan.check_line("reason", reason)
    row = trip(session, id, lock=True)
    expect(row, version)
    return move(session, row, state, reason)


def move(session: Session, row: ItineraryRow, state: ItineraryState, reason: str) -> Changed:
    """The trip, which the transaction holds, moved on; Conflict `itineraries.transition`."""
    return row, agree(session, row, row.details, state, reason)


def walk(session: Session, row: ItineraryRow, state: ItineraryState, reason: str) -> Changed:
    """The trip, which the transaction holds, moved to a state by the steps that lead there.

    Conflict `itineraries.transition` where none do.
    """
    steps = path(row.state, state)
    if steps is None:
        check_step(row.state, state)
    changed = [move(session, row, each, reason)[1] for each in steps or ()]
    return row, any(changed)


def agree(
    session: Session,
    row: ItineraryRow,
    details: ItineraryDetails,
    state: ItineraryState,
    reason: str,
) -> bool:
    """Let the trip, which the transaction holds, have these details and state at once.

    Whether anything changed. Conflict `itineraries.transition` where that step is not allowed.
    """
    check_step(row.state, state)
    if row.state is state and row.details == details:
        return False
    [last] = store.steps(session, row.id, 1)
    paid = paying.payments(session, row.id)
    claimed = overbooking.claim_of(row)
    before, old = row.state, row.details
    _write(row, details)
    if before is not state:
        row.state, row.state_since = state, dt.datetime.now(dt.UTC)
        if state is ItineraryState.CONFIRMED:
            row.confirmed_at = row.state_since
        session.add(step(row, last.number + 1, before, reason))
        states = {"state": before}, {"state": state, "reason": reason.strip()}
        recording.trip(session, "itinerary.state_changed", row, *states)
    paying.settle(row, paid)
    recording.updated(session, row, old, details)
    overbooking.watch(session, row, claimed)
    return True


def finish(session: Session, id: UUID, now: dt.datetime) -> Changed:
    """The trip, finished if its last day has ended by `now` and nobody was faster."""
    row = trip(session, id, lock=True)
    if row.state not in OCCUPYING or row.over_from > now:
        return row, False
    return walk(session, row, ItineraryState.FINISHED, OVER)


def step(row: ItineraryRow, number: int, before: ItineraryState | None, reason: str) -> StepRow:
    """The step to where the trip stands now."""
    who = current()
    return StepRow(
        itinerary_id=row.id,
        number=number,
        at=row.state_since,
        before=before,
        after=row.state,
        user_id=who.user,
        user_name=(who.user_name or "")[:200],
        reason=reason.strip(),
    )


def share(session: Session, id: UUID) -> Changed:
    """The trip with a public link."""
    row = trip(session, id, lock=True)
    if row.token is not None:
        return row, False
    row.token = public.new_token()
    recording.trip(session, "itinerary.shared", row, None, None)
    return row, True


def unshare(session: Session, id: UUID) -> Changed:
    """The trip without a public link."""
    row = trip(session, id, lock=True)
    if row.token is None:
        return row, False
    row.token = None
    recording.trip(session, "itinerary.unshared", row, None, None)
    return row, True


def _external_id(session: Session, details: ItineraryDetails, row: ItineraryRow | None) -> str:
    """What the portal calls the trip of `row`; Conflict where it calls another one so."""
    name = details.external_id.strip()
    if row is not None and (name, details.portal_id) == (
        row.details.external_id.strip(),
        row.portal_id,
    ):
        return row.external_id  # empty where two had one before that was refused
    found = store.find_external(session, details.portal_id, [name]).get(name) if name else None
    if found is not None and found is not row:
        reason = f"{found.reference} has this external id of the portal"
        raise Conflict("itineraries.external_id_taken", reason, itinerary_id=str(found.id))
    return name


def checked(details: ItineraryDetails) -> ItineraryDetails:
    """The details as they are kept; raises Invalid that names each wrong field."""
    plan.check_itinerary(details)
    return replace(details, tags=tags.tidied(details.tags))


def _write(row: ItineraryRow, details: ItineraryDetails) -> None:
    row.details = details
    row.title = details.title
    row.start, row.end = details.start, details.end
    row.over_from = ended(details.end, details.zone)
    row.listing_id, row.portal_id = details.listing_id, details.portal_id
    row.agent_id, row.sales_agent_id = details.agent_id, details.sales_agent_id
    row.price = None if details.price is None else details.price.amount
    row.currency = None if details.price is None else details.price.currency
    row.searched = searched(row.reference, details)
