"""Messages that are to leave later: planned, changed, withdrawn, and moved with their trips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import RecipientRole
from contracts.inbox import (
    AuthorKind,
    Draft,
    Hint,
    Preview,
    Problem,
    ScheduledMessage,
    ScheduleState,
    SendAt,
)
from contracts.itineraries import Itinerary
from fairlead.context import Context, Role
from fairlead.errors import Conflict, Invalid, Stale
from fairlead.store import new_id

from . import drafting, outgoing, present
from .domain import content, moments, quiet, scheduling
from .domain.composing import Composed
from .domain.frozen import freeze
from .domain.moments import Moment, NoMoment, Surroundings
from .domain.scheduling import RULE, Who
from .following import surroundings, tell
from .knowing import STAFF
from .outgoing import Order
from .store import messages, requests, scheduled, trips
from .store.scheduled import ScheduledRow

MOST = 10_000  # messages of one organisation that wait


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to leave later, composed as it would be now."""

    order: Order
    composed: Sequence[Composed]
    now: dt.datetime

    @property
    def draft(self) -> Draft:
        """What he wrote."""
        return self.order.draft

    def surroundings(self, held: dict[UUID, Itinerary] | None = None) -> Surroundings:
        """What its moment can depend on, the trips as they are `held` if they are."""
        known = self.order.known
        lead = [p for each in self.composed for p in each.parties if p.role is RecipientRole.TO]
        return Surroundings(
            trips={**known.trips, **(held or {})},
            itinerary_id=self.draft.itinerary_id,
            service_ids=self.draft.service_ids,
            recipients=[party.contact.zone if party.contact else None for party in lead],
            organisation=known.zone,
        )

    def moment(self, around: Surroundings) -> Moment:
        """When it leaves; raises NoMoment."""
        if self.draft.send_at is None:
            wait = dt.timedelta(seconds=self.order.known.undo_seconds)
            return Moment(self.now + wait, around.organisation or "UTC")
        found = moments.when(self.draft.send_at, around)
        moments.check(found, self.now)
        return found

    def quiet(self, moment: Moment) -> Moment | None:
        """When the quiet hours end that `moment` falls into, if it does and they matter."""
        channel = self.draft.channel
        return quiet.wait(channel, self.composed, self.order.known, moment.at)


def who(context: Context) -> Who:
    """Who does what is done under `context`."""
    if context.role not in STAFF:
        return RULE
    return Who(context.user_name or "", context.user)


def context_of(row: ScheduledRow) -> Context:
    """The context of who scheduled it, in which it is composed and leaves."""
    return Context(
        role=row.role,
        organisation=row.organisation_id,
        user=row.author_id,
        user_name=row.author_name or None,
        request=str(row.id),
    )


def previews(wish: Wish) -> list[Preview]:
    """The messages as they would be, with the moment that they would leave at."""
    shown = [each.preview() for each in wish.composed]
    if wish.draft.send_at is None:
        waits = wish.quiet(Moment(wish.now, "UTC"))
        return shown if waits is None else [_quiet(each, waits) for each in shown]
    try:
        moment = wish.moment(wish.surroundings())
    except NoMoment as error:
        problem = Problem(field=error.field, reason=error.reason)
        return [msgspec.structs.replace(each, problems=[*each.problems, problem]) for each in shown]
    waits = wish.quiet(moment)
    if waits is not None:
        return [_quiet(each, waits) for each in shown]
    return [msgspec.structs.replace(each, leaves_at=moment.at, zone=moment.zone) for each in shown]


def _quiet(preview: Preview, waits: Moment) -> Preview:
    hint = Hint(field="send_at", reason=scheduling.QUIET)
    return msgspec.structs.replace(
        preview, leaves_at=waits.at, zone=waits.zone, hints=[*preview.hints, hint]
    )


def expect_awake(wish: Wish) -> None:
    """Raise Conflict for marketing that would leave in quiet hours."""
    waits = wish.quiet(Moment(wish.now, "UTC"))
    if waits is not None:
        raise Conflict("inbox.quiet_hours", scheduling.QUIET, leaves_at=waits.at.isoformat())


def fulfilled(session: Session, request_id: str, draft: Draft) -> ScheduledMessage | None:
    """What this request scheduled before; Conflict when it was for something else."""
    request = requests.get(session, request_id)
    if request is None:
        return None
    row = scheduled.find(session, request.message_ids)
    if row is None or request.digest != outgoing.digest(draft):
        raise outgoing.request_reused()
    return scheduled.view_of(row)


def schedule(session: Session, wish: Wish, request_id: str) -> ScheduledMessage:
    """Let it leave at its moment; a request that was fulfilled meanwhile answers as then."""
    request = requests.claim(session, request_id, outgoing.digest(wish.draft), wish.now)
    if request is None:
        done = fulfilled(session, request_id, wish.draft)
        assert done is not None
        return done
    present.check_nobody_answered(session, wish.draft.seen_message_id)
    if scheduled.count_open(session) >= MOST:
        raise Conflict("inbox.too_many_scheduled", f"{MOST} messages wait to leave already")
    context = wish.order.context
    by_person = wish.order.by_person
    moment = _moment(session, wish)
    row = ScheduledRow(
        id=new_id(),
        version=0,
        undo=wish.draft.send_at is None,
        role=context.role if by_person else Role.SERVICE,
        author_kind=AuthorKind.USER if by_person else AuthorKind.RULE,
        author_id=context.user if by_person else None,
        author_name=wish.order.known.author_name,
        message_ids=[],
    )
    _say(row, wish)
    standing = scheduling.begin(moment, who(context), wish.now)
    waits = wish.quiet(moment)
    if waits is not None:
        standing, row.undo = standing.quiet(waits, wish.now), False
    row.stand(standing, wish.now)
    scheduled.add(session, row)
    scheduled.note_about(session, row, _contacts(wish.composed))
    request.message_ids = [row.id]
    drafting.sent(session, wish.draft, row.author_id, wish.now)
    return tell(session, row, "scheduled")


def rewritten(row: ScheduledRow, draft: Draft, send_at: SendAt | None) -> Draft:
    """`draft` in place of the row's own, at its moment unless another one is said."""
    return msgspec.structs.replace(
        draft, send_at=send_at or draft.send_at or row.draft.send_at, undo=row.undo
    )


def edit(session: Session, row: ScheduledRow, wish: Wish, context: Context) -> ScheduledMessage:
    """Let it say something else; one that is held and over leaves at once."""
    moment = _moment(session, wish, is_held=row.state is ScheduleState.HELD)
    _say(row, wish)
    row.undo = wish.draft.send_at is None
    row.stand(row.standing.edited(moment, who(context), wish.now), wish.now)
    scheduled.note_about(session, row, _contacts(wish.composed))
    return tell(session, row, "edited")


def move(
    session: Session,
    row: ScheduledRow,
    send_at: SendAt | None,
    context: Context,
    now: dt.datetime,
) -> ScheduledMessage:
    """Let it leave at another moment."""
    if send_at is None:
        raise Invalid.field("inbox.schedule_unchanged", "send_at", "say what is to be changed")
    try:
        moment = moments.when(
            send_at, surroundings(session, row, trips.held(session, row.itinerary_ids))
        )
        moments.check(moment, now)
    except NoMoment as error:
        raise _invalid(error) from None
    row.draft = msgspec.structs.replace(row.draft, send_at=send_at, undo=False)
    row.zone_said, row.undo = moments.zone_said(send_at), False
    row.stand(row.standing.moved(moment, who(context), now), now)
    return tell(session, row, "moved")


def withdraw(
    session: Session, row: ScheduledRow, reason: str, context: Context, now: dt.datetime
) -> ScheduledMessage:
    """Keep it from leaving."""
    row.stand(row.standing.withdrawn(who(context), reason, now), now)
    drafting.give_back(session, row.draft, row.author_id, now)
    return tell(session, row, "withdrawn")


def expect_open(session: Session, id: UUID, version: int) -> ScheduledRow:
    """One that can be changed, as it was read, held until the transaction ends.

    Raises NotFound, Stale, and Conflict where it has left or was withdrawn.
    """
    row = scheduled.locked(session, id)
    if row is None:
        if messages.get(session, id) is not None:
            raise scheduling.left_already()
        raise messages.not_found()
    row.standing.expect_open()
    if row.version != version:
        raise Stale("inbox.schedule_changed", "Somebody changed the message meanwhile")
    return row


def _moment(session: Session, wish: Wish, *, is_held: bool = False) -> Moment:
    # Its trips are held, so that no change of theirs falls between this and the row.
    ids = {trip for each in wish.composed for trip in each.links}
    around = wish.surroundings(trips.held(session, ids))
    if is_held and wish.draft.send_at is not None:
        try:
            planned = moments.when(wish.draft.send_at, around)
        except NoMoment as error:
            raise _invalid(error) from None
        if planned.at <= wish.now:
            return Moment(wish.now, planned.zone)
    try:
        return wish.moment(around)
    except NoMoment as error:
        raise _invalid(error) from None


def _say(row: ScheduledRow, wish: Wish) -> None:
    draft, composed = wish.draft, wish.composed
    parties = [p for each in composed for p in each.parties if p.role is RecipientRole.TO]
    row.draft = draft
    row.frozen = freeze(composed) if draft.frozen or draft.send_at is None else None
    row.zone_said = moments.zone_said(draft.send_at)
    row.channel, row.connection_id = draft.channel, composed[0].connection_id
    row.to = [party.mailbox for party in parties]
    row.contact_ids = list(dict.fromkeys(p.contact.id for p in parties if p.contact))
    row.itinerary_ids = list(dict.fromkeys(trip for each in composed for trip in each.links))
    row.subject = composed[0].subject
    row.preview = content.preview(composed[0].text)


def _contacts(composed: Sequence[Composed]) -> dict[UUID, bool]:
    """All who get it, copies included, with whether one is the first of a message."""
    everybody = {p.contact.id: False for each in composed for p in each.parties if p.contact}
    leads = [each.lead.contact for each in composed if each.lead]
    return everybody | {contact.id: True for contact in leads if contact}


def _invalid(error: NoMoment) -> Invalid:
    return Invalid.field("inbox.draft_incomplete", error.field, error.reason)
