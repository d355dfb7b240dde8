"""Messages to many as they go on: inside the transaction given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.contacts import Contact
from contracts.inbox import (
    Draft,
    Mailing,
    MailingRecipientState,
    MailingState,
    Problem,
    Selection,
)
from contracts.itineraries import Itinerary
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Conflict, Stale
from fairlead.jobs import rows as jobs
from fairlead.jobs import work
from fairlead.store import new_id

from . import following, organising, planning
from .domain import content
from .domain import mailing as rules
from .domain.attaching import file_ids
from .domain.composing import Composed
from .knowing import STAFF
from .outgoing import request_reused
from .paying import Bill
from .store import file_uses, mailings, people, requests, scheduled, trips
from .store.mailings import MailingRow, RecipientRow

PREPARE, SEND = "mailing_preparation", "mailing"
CANCELLED = Problem(field="to", reason="the message to many was cancelled during his quiet hours")
DUPLICATE = Problem(field="to", reason="somebody before in the list gets it at this address")


class PreparingState(msgspec.Struct):
    """How far the list is: `listed` of it are frozen up to `cursor`, then they are composed."""

    mailing: UUID
    cursor: str | None = None
    listed: int = 0
    frozen: bool = False
    composed: int = 0


class SendingState(msgspec.Struct):
    """How many had their turn."""

    mailing: UUID
    done: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out of one recipient before sending."""

    number: int
    message: Composed
    bill: Bill
    problems: list[Problem] = field(default_factory=list)


def prepare(
    session: Session,
    draft: Draft,
    selection: Selection,
    label: str,
    per_minute: int,
    request_id: str,
    now: dt.datetime,
) -> Mailing:
    """Begin to freeze a list, once for each request."""
    digest = requests.digest_of([draft, selection, label, per_minute])
    known = mailings.requested(session, request_id)
    if known is not None:
        if known.digest != digest:
            raise request_reused()
        return mailings.view(session, known)
    context, id = current(), new_id()
    by_person = context.role in STAFF
    job = jobs.start(session, "inbox", PREPARE, PreparingState(id), label=label, subject=id)
    row = MailingRow(
        id=id,
        request_id=request_id,
        digest=digest,
        label=label,
        draft=draft,
        selection=selection,
        per_minute=per_minute,
        state=MailingState.PREPARING,
        reason="",
        job_id=job.id,
        author_id=context.user if by_person else None,
        author_name=(context.user_name or "") if by_person else "",
        created_at=now,
        version=1,
    )
    session.add(row)
    session.flush()
    file_uses.put(session, file_uses.User.MAILING, id, file_ids(draft))
    _record(session, row, "prepared")
    return mailings.view(session, row)


def freeze(
    session: Session, state: PreparingState, found: Sequence[UUID], met: Sequence[Contact]
) -> int:
    """Put the next contacts, who were `met`, or trips into the list; returns how many."""
    for contact in met:
        organising.learn_contact(session, contact)
    row = mailings.get(session, state.mailing)
    of_trips = row.selection.itineraries is not None
    known_trips = trips.by_id(session, found) if of_trips else {}
    pairs: list[tuple[UUID | None, UUID | None]] = []
    for id in found:
        if of_trips:
            trip = known_trips.get(id)
            pairs.append((rules.whom_of(trip, row.selection.whom) if trip else None, id))
        else:
            pairs.append((id, None))
    known = people.by_id(session, {who for who, _ in pairs if who})
    for place, (contact_id, itinerary_id) in enumerate(pairs):
        who = known.get(contact_id) if contact_id else None
        problems = [] if contact_id else [_nobody(known_trips, itinerary_id)]
        left_out = MailingRecipientState.LEFT_OUT
        session.add(
            RecipientRow(
                mailing_id=row.id,
                number=state.listed + place + 1,
                state=left_out if problems else MailingRecipientState.FROZEN,
                contact_id=contact_id,
                itinerary_id=itinerary_id,
                name=rules.name_of(who),
                address="",
                address_key="",
                subject="",
                preview="",
                problems=problems,
                units=0,
                credits=0,
                message_id=None,
            )
        )
    return len(pairs)


def _nobody(known: Mapping[UUID, Itinerary], itinerary_id: UUID | None) -> Problem:
    """Why nobody gets what is about a trip."""
    if itinerary_id in known:
        return Problem(field="to", reason="no contact of the trip is known")
    return Problem(field="itinerary_id", reason="the trip is too new to be known here yet")


def note(session: Session, id: UUID, looked: Sequence[Looked]) -> None:
    """Write down what recipients would get, or why they get nothing, in the order of the list."""
    for each in looked:
        row = mailings.recipient(session, id, each.number)
        lead = each.message.lead
        row.address = lead.mailbox.address if lead else ""
        row.address_key = row.address.casefold()
        row.subject = each.message.subject[:500]
        row.preview = content.preview(each.message.text)
        row.problems = [*each.message.problems, *each.bill.problems]
        if not row.problems and mailings.is_taken(session, row, row.address_key):
            row.problems = [DUPLICATE]
        ready = not row.problems
        row.state = MailingRecipientState.READY if ready else MailingRecipientState.LEFT_OUT
        row.units = sum(charge.units for charge in each.bill.charges) if ready else 0
        row.credits = each.bill.credits if ready else 0
        session.flush()


def is_ready(session: Session, id: UUID) -> None:
    """Its list is composed: it waits for somebody to confirm it."""
    row = mailings.get(session, id, lock=True)
    if row.state is MailingState.PREPARING:
        _stand(row, MailingState.READY)


def confirm(session: Session, id: UUID, version: int) -> Mailing:
    """Begin to send it."""
    row = mailings.get(session, id, lock=True)
    if row.version != version:
        raise Stale("inbox.mailing_changed", "Somebody changed it meanwhile", version=row.version)
    if row.state is not MailingState.READY:
        raise Conflict("inbox.mailing_state", f"It is {row.state.value}, and cannot be confirmed")
    ready = mailings.counts(session, [id])[id].ready
    job = jobs.start(
        session, "inbox", SEND, SendingState(id), label=row.label, subject=id, total=ready
    )
    row.job_id = job.id
    _stand(row, MailingState.SENDING)
    _record(session, row, "confirmed")
    return mailings.view(session, row)


def pause(session: Session, id: UUID, reason: str = "") -> Mailing:
    """Send no more until it is resumed."""
    row = mailings.get(session, id, lock=True)
    rules.check_step(row.state, MailingState.PAUSED)
    _stand(row, MailingState.PAUSED, reason)
    _record(session, row, "paused")
    return mailings.view(session, row)


def resume(session: Session, id: UUID, now: dt.datetime) -> Mailing:
    """Go on."""
    # The job before the mailing, as who works on it has them.
    jobs.wake(session, mailings.get(session, id).job_id, now)
    row = mailings.get(session, id, lock=True)
    if row.state is not MailingState.PAUSED:
        raise Conflict("inbox.mailing_state", f"It is {row.state.value}, and not paused")
    _stand(row, MailingState.SENDING)
    _record(session, row, "resumed")
    return mailings.view(session, row)


def cancel(session: Session, id: UUID, now: dt.datetime) -> Mailing:
    """Send no more, for good."""
    work.cancel(session, mailings.get(session, id).job_id, now)
    row = mailings.get(session, id, lock=True)
    rules.check_step(row.state, MailingState.CANCELLED)
    _cancel(session, row, now)
    _record(session, row, "cancelled")
    return mailings.view(session, row)


def give_up(session: Session, id: UUID, now: dt.datetime) -> None:
    """Its job ends before its time: cancelled as a job, or failed."""
    row = mailings.get(session, id, lock=True)
    if row.state not in rules.ENDED:
        _cancel(session, row, now)


def finish(session: Session, id: UUID) -> None:
    """All had their turn."""
    row = mailings.get(session, id, lock=True)
    if row.state not in rules.ENDED:
        _end(session, row, MailingState.DONE)


def sent(session: Session, id: UUID, number: int, message_id: UUID) -> None:
    """A recipient has it."""
    row = mailings.recipient(session, id, number)
    row.state, row.message_id = MailingRecipientState.SENT, message_id


def put_off(session: Session, id: UUID, number: int, message_id: UUID, now: dt.datetime) -> None:
    """A recipient will have it when his quiet hours end, if nobody cancels it before."""
    mailing = mailings.get(session, id, lock=True)
    row = mailings.recipient(session, id, number)
    row.state, row.message_id = MailingRecipientState.SCHEDULED, message_id
    if mailing.state is MailingState.CANCELLED:
        _withdraw(session, row, now)


def leave_out(session: Session, id: UUID, number: int, problems: list[Problem]) -> None:
    """Something came in the way of a recipient meanwhile."""
    row = mailings.recipient(session, id, number)
    row.state, row.problems = MailingRecipientState.LEFT_OUT, problems
    row.units = row.credits = 0


def _cancel(session: Session, row: MailingRow, now: dt.datetime) -> None:
    """Nothing more of it leaves, neither what quiet hours put off."""
    _end(session, row, MailingState.CANCELLED)
    for recipient in mailings.scheduled(session, row.id):
        _withdraw(session, recipient, now)


def _withdraw(session: Session, recipient: RecipientRow, now: dt.datetime) -> None:
    assert recipient.message_id is not None  # for the type checker: it was scheduled by it
    waiting = scheduled.locked(session, recipient.message_id)
    if waiting is None or waiting.state not in scheduled.OPEN:
        return  # his night is over
    who = planning.who(current())
    waiting.stand(waiting.standing.withdrawn(who, CANCELLED.reason, now), now)
    following.tell(session, waiting, "withdrawn")
    leave_out(session, recipient.mailing_id, recipient.number, [CANCELLED])


def _end(session: Session, row: MailingRow, state: MailingState) -> None:
    _stand(row, state)
    file_uses.put(session, file_uses.User.MAILING, row.id, [])


def _stand(row: MailingRow, state: MailingState, reason: str = "") -> None:
    row.state, row.reason = state, reason
    row.version += 1


def _record(session: Session, row: MailingRow, what: str) -> None:
    record(
        session,
        f"mailing.{what}",
        entity="mailing",
        id=row.id,
        label=row.label,
        after={"state": row.state.value, "channel": row.draft.channel.value},
    )
