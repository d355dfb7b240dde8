"""The moment of leaving: a scheduled message goes out once, or waits for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from contracts.contacts import Contact
from contracts.inbox import Problem
from fairlead.errors import Conflict
from fairlead.store import backoff

from . import following, outgoing
from .domain import scheduling
from .domain.composing import Composed
from .domain.frozen import thaw
from .domain.moments import Moment
from .outgoing import Order
from .paying import Hold
from .store import scheduled
from .store.scheduled import ScheduledRow

ATTEMPTS = 20  # some ten minutes of trying; then what fails is no passing trouble
FIRST_SECONDS, MOST_SECONDS = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Held:
    """Why a message does not leave by itself."""

    problems: list[Problem]
    reason: str


def too_late(row: ScheduledRow, now: dt.datetime) -> Held | None:
    """Whether its moment is too long ago. What somebody sent and could take back is never."""
    reason = None if row.undo else scheduling.late(row.standing, now)
    return None if reason is None else Held([Problem(field="send_at", reason=reason)], reason)


def words(row: ScheduledRow, composed: Sequence[Composed]) -> Sequence[Composed]:
    """The messages as they leave: composed now, or with the words that were kept."""
    return composed if row.frozen is None else thaw(composed, row.frozen)


def obstacles(composed: Sequence[Composed]) -> Held | None:
    """What is missing now, if anything is."""
    problems = outgoing.problems(composed)
    return Held(problems, scheduling.joined(problems)) if problems else None


def unpaid(error: Conflict) -> Held:
    """Why a message does not leave that cannot be paid."""
    return Held([Problem(field="credits", reason=error.message)], error.message)


def hold(session: Session, claimed: ScheduledRow, held: Held, now: dt.datetime) -> None:
    """Let it wait for a person; raises LeaseLost."""
    row = scheduled.still_ours(session, claimed)
    following.hold(session, row, held.problems, held.reason, now)


def sleep(session: Session, claimed: ScheduledRow, waits: Moment, now: dt.datetime) -> None:
    """Let it wait until quiet hours end; raises LeaseLost."""
    row = scheduled.still_ours(session, claimed)
    row.undo = False
    following.sleep(session, row, waits, now)


def leave(
    session: Session,
    claimed: ScheduledRow,
    order: Order,
    composed: Sequence[Composed],
    met: Mapping[str, Contact],
    paid: Hold,
    now: dt.datetime,
) -> None:
    """Let it leave, in the transaction that says so: once, unless somebody has blocked it by now.
    Raises LeaseLost."""
    row = scheduled.still_ours(session, claimed)
    messages = outgoing.as_of_now(session, order, composed, met)
    held = obstacles(messages)
    if held is not None:
        following.hold(session, row, held.problems, held.reason, now)
        return
    sent = outgoing.leave(session, order, messages, now, first=row.id)
    paid.settle(session, sent)
    following.left(session, row, [each.id for each in sent], now)


def postpone(session: Session, claimed: ScheduledRow, error: Exception, now: dt.datetime) -> None:
    """Try again later, and let a person decide after many times; raises LeaseLost."""
    if claimed.attempts >= ATTEMPTS:
        reason = f"It failed {claimed.attempts} times: {error}"
        hold(session, claimed, Held([], reason[:1000]), now)
        return
    seconds = backoff(claimed.attempts, first=FIRST_SECONDS, cap=MOST_SECONDS)
    scheduled.postpone(session, claimed, now, seconds, str(error))
