"""What the reader of a proposal's link sees and answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from contracts.itineraries import (
    ItineraryState,
    ProposalAnswer,
    ProposalState,
    ProposalStep,
    PublicProposal,
    Standing,
)
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.context import Role, current
from fairlead.errors import Conflict
from fairlead.service import publish

from . import picturing, proposing, trips
from .domain import plan, public
from .domain import proposals as rules
from .domain.money import commission_problems
from .store import proposals as store
from .store.proposals import ProposalRow
from .store.trips import ItineraryRow

_AHEAD = frozenset({ItineraryState.INQUIRY, ItineraryState.PROPOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as it came from the page."""

    number: int
    accepted: bool
    name: str
    comment: str
    user_agent: str


def whose(session: Session, token: str) -> UUID:
    """The organisation whose proposal is under this link, of all that the session sees."""
    row = _under(session, token)
    if row is None:
        raise public.link_unknown()
    return row.organisation_id


def read(session: Session, token: str) -> PublicProposal:
    """The page, whose version counts as read."""
    row = _under(session, token)
    if row is None:
        raise public.link_unknown()
    if store.version(session, row.id, row.number).seen_at is None:
        trip, row = proposing.held(session, row.id)
        latest = store.version(session, row.id, row.number)
        latest.seen_at = latest.seen_at or dt.datetime.now(dt.UTC)
        flag_modified(row, "number")  # that it was read is news to who sent it
        proposing.tell(session, trip, row)
    return _page(session, token, row)


def answer(session: Session, token: str, said: Said) -> tuple[ItineraryRow, PublicProposal, bool]:
    """The trip, the page after the answer, and whether the trip changed by it."""
    plan.check(
        plan.line_problems({"name": said.name}, set()),
        plan.text_problems({"comment": said.comment}),
    )
    known = _under(session, token)
    if known is None:
        raise public.link_unknown()
    trip, row = proposing.held(session, known.id)
    if row.fingerprint != rules.fingerprint(token):
        raise public.link_unknown()  # withdrawn while we waited for it
    if _is_repeated(row, said):
        return trip, _page(session, token, row), False
    if said.number != row.number:
        reason = "The proposal was changed; read it again"
        raise Conflict("itineraries.proposal_changed", reason, number=row.number)
    now = dt.datetime.now(dt.UTC)
    rules.check_answerable(rules.standing(row.state, row.expires_at, trip.state, now))
    row.state = ProposalState.ACCEPTED if said.accepted else ProposalState.DECLINED
    row.answer = ProposalAnswer(
        accepted=said.accepted,
        number=said.number,
        at=now,
        name=said.name.strip()[:200],
        comment=said.comment.strip(),
        remote=current().remote,
        user_agent=said.user_agent[:500],
    )
    latest = store.version(session, row.id, row.number)
    latest.seen_at = latest.seen_at or now
    action = "proposal.accepted" if said.accepted else "proposal.declined"
    step = ProposalStep.ACCEPTED if said.accepted else ProposalStep.DECLINED
    proposing.note(session, action, trip, row, {"state": ProposalState.SENT})
    proposing.tell(session, trip, row, step)
    _notify(session, trip, row, now)
    changed = said.accepted and _confirm(session, trip, row)
    return trip, _page(session, token, row), changed


def _is_repeated(row: ProposalRow, said: Said) -> bool:
    given = row.answer
    return given is not None and given.number == said.number and given.accepted is said.accepted


def _confirm(session: Session, trip: ItineraryRow, row: ProposalRow) -> bool:
    """Confirm the trip at the accepted price, and withdraw what else was offered."""
    for other in store.of_trip(session, trip.id):
        if other.id != row.id and other.state in (ProposalState.DRAFT, ProposalState.SENT):
            proposing.close(session, trip, other)
    content = store.version(session, row.id, row.number).content
    price = content.total or trip.details.price
    if list(commission_problems(price, trip.details.commission)):
        price = trip.details.price  # a person settles what the agent gets of another currency
    details = replace(trip.details, price=price)
    state = ItineraryState.CONFIRMED if trip.state in _AHEAD else trip.state
    return trips.agree(session, trip, details, state, "The proposal was accepted")


def _notify(session: Session, trip: ItineraryRow, row: ProposalRow, now: dt.datetime) -> None:
    given = row.answer
    assert given is not None  # for the type checker: it was written just now
    users = {trip.sales_agent_id, row.created_by} - {None}
    did = "accepted" if given.accepted else "declined"
    notice = NotificationRaised(
        kind=NotificationKind.PROPOSAL_ANSWERED,
        to=Audience(
            users=sorted(each for each in users if each is not None),
            roles=[] if users else [Role.OWNER, Role.ADMIN],
            organisation=True,
        ),
        title=f"The proposal for {trip.reference} was {did}",
        dedupe_key=f"proposal_answered:{row.id}:{given.number}",
        at=now,
        text=given.comment,
        target=Target(entity="itinerary", id=trip.id),
    )
    publish(session, notice)


def _under(session: Session, token: str) -> ProposalRow | None:
    if not rules.is_token(token):
        return None
    return store.find_by_fingerprint(session, rules.fingerprint(token))


def _page(session: Session, token: str, row: ProposalRow) -> PublicProposal:
    trip, _ = proposing.found(session, row.id)
    latest = store.version(session, row.id, row.number)
    before = store.last_seen(session, row.id, row.number)
    given = row.answer
    now = dt.datetime.now(dt.UTC)
    found = rules.standing(row.state, row.expires_at, trip.state, now)
    return PublicProposal(
        organisation_id=row.organisation_id,
        reference=trip.reference,
        standing=found,
        number=row.number,
        content=latest.content,
        changes=(
            None if before is None else rules.changes(before.number, before.content, latest.content)
        ),
        expires_at=row.expires_at,
        answered_at=None if given is None else given.at,
        answered_by="" if given is None else given.name,
        form=rules.form(token, row.number) if found is Standing.OPEN else "",
        cover=picturing.cover(session, trip.listing_id),
    )
