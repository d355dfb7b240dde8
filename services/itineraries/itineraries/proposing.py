"""Proposals as they are made and sent: each function inside the transaction that it is given.

The trip is locked before its proposal, always in this order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.itineraries import (
    ItineraryState,
    Proposal,
    ProposalChanged,
    ProposalContent,
    ProposalOffer,
    ProposalState,
    ProposalStep,
    ProposalVersion,
)
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.service import publish
from fairlead.store import new_id

from . import trips, views
from .domain import proposals as rules
from .finding import expect, trip
from .store import proposals as store
from .store.proposals import ProposalRow, ProposalVersionRow
from .store.trips import ItineraryRow

MOST_PROPOSALS = 100  # of one trip
MOST_VERSIONS = 200  # of one proposal


def found(session: Session, id: UUID) -> tuple[ItineraryRow, ProposalRow]:
    """A proposal and its trip; NotFound `itineraries.proposal_not_found`."""
    row = store.find(session, id)
    if row is None:
        raise not_found()
    return trip(session, row.itinerary_id), row


def held(session: Session, id: UUID) -> tuple[ItineraryRow, ProposalRow]:
    """As `found`, both kept from others until the transaction ends."""
    known = store.find(session, id)
    if known is None:
        raise not_found()
    whose = trip(session, known.itinerary_id, lock=True)
    row = store.find(session, id, lock=True)
    if row is None:
        raise not_found()
    return whose, row


def not_found() -> NotFound:
    """There is no such proposal, or it is another organisation's."""
    return NotFound("itineraries.proposal_not_found", "There is no such proposal")


def create(session: Session, itinerary_id: UUID, id: UUID | None, offer: ProposalOffer) -> Proposal:
    """A new proposal, or the one that has the id already."""
    whose = trip(session, itinerary_id, lock=True)
    known = None if id is None else store.find(session, id)
    if known is not None:
        if known.itinerary_id != itinerary_id:
            raise Conflict("itineraries.proposal_elsewhere", "Another trip has this proposal")
        return view(session, whose, known)
    if len(store.of_trip(session, itinerary_id)) >= MOST_PROPOSALS:
        reason = f"A trip has at most {MOST_PROPOSALS} proposals"
        raise Conflict("itineraries.proposals_full", reason)
    content = _composed(whose, offer)
    who = current()
    row = ProposalRow(
        id=id or new_id(),
        itinerary_id=whose.id,
        state=ProposalState.DRAFT,
        number=1,
        created_at=dt.datetime.now(dt.UTC),
        created_by=who.user,
        created_by_name=(who.user_name or "")[:200],
    )
    session.add(row)
    session.flush()
    session.add(_version(row, content))
    note(session, "proposal.created", whose, row, None)
    return tell(session, whose, row, ProposalStep.CREATED)


def revise(session: Session, id: UUID, version: int, offer: ProposalOffer) -> Proposal:
    """The proposal in a new version; one that was declined is open again."""
    whose, row = held(session, id)
    expect(row, version)
    rules.check_revisable(row.state)
    content = _composed(whose, offer)
    if content == store.version(session, row.id, row.number).content:
        return view(session, whose, row)
    if row.number >= MOST_VERSIONS:
        reason = f"A proposal has at most {MOST_VERSIONS} versions"
        raise Conflict("itineraries.proposals_full", reason)
    before = _words(row)
    row.number += 1
    row.answer = None
    row.state = ProposalState.SENT if row.fingerprint else ProposalState.DRAFT
    note(session, "proposal.revised", whose, row, before)
    session.add(_version(row, content))
    return tell(session, whose, row)


def link(
    session: Session, id: UUID, version: int, expires_at: dt.datetime | None, token: str
) -> tuple[ItineraryRow, Proposal, bool]:
    """The trip, the proposal under `token`, and whether the trip changed by it."""
    now = dt.datetime.now(dt.UTC)
    if expires_at is not None and expires_at <= now:
        raise Invalid.field("itineraries.invalid", "expires_at", "is in the past")
    whose, row = held(session, id)
    expect(row, version)
    rules.check_revisable(row.state)
    before = _words(row)
    row.fingerprint = rules.fingerprint(token)
    row.expires_at = expires_at
    row.sent_at = row.sent_at or now
    if row.state is ProposalState.DRAFT:
        row.state = ProposalState.SENT
    note(session, "proposal.linked", whose, row, before)
    changed = whose.state is ItineraryState.INQUIRY
    if changed:
        trips.move(session, whose, ItineraryState.PROPOSED, "A proposal was sent")
    return whose, tell(session, whose, row), changed


def unlink(session: Session, id: UUID) -> Proposal:
    """The proposal without its link."""
    whose, row = held(session, id)
    if row.fingerprint is None:
        return view(session, whose, row)
    before = _words(row)
    row.fingerprint = None
    note(session, "proposal.unlinked", whose, row, before)
    return tell(session, whose, row)


def withdraw(session: Session, id: UUID, version: int) -> Proposal:
    """The proposal, offered no longer."""
    whose, row = held(session, id)
    expect(row, version)
    if row.state is ProposalState.WITHDRAWN:
        return view(session, whose, row)
    rules.check_revisable(row.state)
    return close(session, whose, row)


def close(session: Session, whose: ItineraryRow, row: ProposalRow) -> Proposal:
    """Withdraw a proposal that the transaction holds."""
    before = _words(row)
    row.state = ProposalState.WITHDRAWN
    note(session, "proposal.withdrawn", whose, row, before)
    return tell(session, whose, row)


def tell(
    session: Session,
    whose: ItineraryRow,
    row: ProposalRow,
    step: ProposalStep = ProposalStep.OTHER,
) -> Proposal:
    """The proposal as it is now, published."""
    session.flush()
    proposal = view(session, whose, row)
    publish(session, ProposalChanged(proposal=proposal, step=step))
    return proposal


def all_views(session: Session, rows: Sequence[ProposalRow]) -> list[Proposal]:
    """Proposals of any trips as a contract has them."""
    trips_of = store.trips_of(session, rows)
    return [view(session, trips_of[row.itinerary_id], row) for row in rows]


def view(session: Session, whose: ItineraryRow, row: ProposalRow) -> Proposal:
    """The proposal as a contract has it."""
    latest = store.version(session, row.id, row.number)
    seen = row.number if latest.seen_at else None
    if seen is None:
        earlier = store.last_seen(session, row.id, row.number)
        seen = None if earlier is None else earlier.number
    return Proposal(
        id=row.id,
        itinerary_id=row.itinerary_id,
        reference=whose.reference,
        state=row.state,
        number=row.number,
        content=latest.content,
        seen=seen,
        linked=row.fingerprint is not None,
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        answer=row.answer,
        version=row.version,
        created_at=row.created_at,
        created_by_name=row.created_by_name,
    )


def version_views(rows: Sequence[ProposalVersionRow]) -> list[ProposalVersion]:
    """Versions as a contract has them, the latest first; `rows` begin with the first."""
    found = [
        ProposalVersion(
            number=row.number,
            content=row.content,
            changes=(
                None
                if before is None
                else rules.changes(before.number, before.content, row.content)
            ),
            created_at=row.created_at,
            created_by_name=row.created_by_name,
            seen_at=row.seen_at,
        )
        for before, row in zip([None, *rows], rows, strict=False)
    ]
    return found[::-1]


def note(
    session: Session,
    action: str,
    whose: ItineraryRow,
    row: ProposalRow,
    before: dict[str, object] | None,
) -> None:
    """Somebody did `action` to a proposal."""
    record(
        session,
        action,
        entity="proposal",
        id=row.id,
        label=whose.reference,
        before=before,
        after=_words(row),
    )


def _words(row: ProposalRow) -> dict[str, object]:
    return {
        "state": row.state,
        "number": row.number,
        "linked": row.fingerprint is not None,
        "expires_at": row.expires_at,
    }


def _composed(whose: ItineraryRow, offer: ProposalOffer) -> ProposalContent:
    services = [views.service_of(each) for each in whose.services]
    services.sort(key=lambda each: (each.starts_at, each.id))
    return rules.compose(whose.details, services, offer)


def _version(row: ProposalRow, content: ProposalContent) -> ProposalVersionRow:
    return ProposalVersionRow(
        proposal_id=row.id,
        number=row.number,
        content=content,
        created_at=dt.datetime.now(dt.UTC),
        created_by_name=(current().user_name or "")[:200],
        seen_at=None,
    )
