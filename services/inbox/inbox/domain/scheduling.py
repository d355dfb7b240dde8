"""What may become of a scheduled message, and what a change of its trip does to it (mission A7).

A standing is a value; each step makes the next one and notes who did it and why. Nothing leads out
of LEFT and WITHDRAWN, so of leaving and withdrawing exactly one happens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from contracts.inbox import Draft, Problem, ScheduleState, ScheduleStep
from contracts.itineraries import Itinerary, ItineraryState, Service
from fairlead.errors import Conflict

from .cancelling import is_cancelled
from .moments import Moment, NoMoment, Surroundings, anchor_of, when

STEPS_KEPT = 100  # of the history; the first one stays
LATE = dt.timedelta(hours=6)  # after its moment a message may do harm: a person decides


@dataclass(frozen=True, slots=True)
class Who:
    """Who does something: a person by name and id, or a rule, with neither."""

    name: str = ""
    id: UUID | None = None


RULE = Who()
QUIET = "It is marketing, and waits until the recipient's quiet hours end"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a scheduled message stands."""

    state: ScheduleState
    leaves_at: dt.datetime
    zone: str
    problems: list[Problem]
    reason: str
    history: list[ScheduleStep]

    def expect_open(self) -> None:
        """Raise Conflict where nothing can be changed any more."""
        if self.state is ScheduleState.LEFT:
            raise left_already()
        if self.state is ScheduleState.WITHDRAWN:
            raise Conflict("inbox.message_withdrawn", "The message was withdrawn meanwhile")

    def moved(self, to: Moment, who: Who, now: dt.datetime, reason: str = "") -> Standing:
        """Leave at another moment; a held one waits again."""
        return self._next("moved", who, now, reason, state=ScheduleState.WAITING, to=to)

    def quiet(self, to: Moment, now: dt.datetime) -> Standing:
        """Wait until quiet hours end."""
        waits = self._next("moved", RULE, now, QUIET, state=ScheduleState.WAITING, to=to)
        return replace(waits, reason=QUIET)

    def edited(self, to: Moment, who: Who, now: dt.datetime) -> Standing:
        """Say something else, perhaps at another moment; a held one waits again."""
        return self._next("edited", who, now, "", state=ScheduleState.WAITING, to=to)

    def held(self, problems: list[Problem], reason: str, now: dt.datetime) -> Standing:
        """Wait for a person, because of these problems."""
        held = self._next("held", RULE, now, reason, state=ScheduleState.HELD)
        return replace(held, problems=problems, reason=reason)

    def withdrawn(self, who: Who, reason: str, now: dt.datetime) -> Standing:
        """Never leave."""
        ended = self._next("withdrawn", who, now, reason, state=ScheduleState.WITHDRAWN)
        return replace(ended, reason=reason)

    def left(self, now: dt.datetime) -> Standing:
        """It has gone out."""
        return self._next("left", RULE, now, "", state=ScheduleState.LEFT)

    def _next(
        self,
        what: str,
        who: Who,
        now: dt.datetime,
        reason: str,
        *,
        state: ScheduleState,
        to: Moment | None = None,
    ) -> Standing:
        self.expect_open()
        at = to.at if to else self.leaves_at
        step = ScheduleStep(
            what=what, at=now, by=who.name, by_id=who.id, reason=reason, leaves_at=at
        )
        first, later = self.history[:1], self.history[1:]
        return Standing(
            state=state,
            leaves_at=at,
            zone=to.zone if to else self.zone,
            problems=[],
            reason="",
            history=[*first, *later[-(STEPS_KEPT - 2) :], step],
        )


def begin(at: Moment, who: Who, now: dt.datetime) -> Standing:
    """A message is scheduled."""
    step = ScheduleStep(
        what="scheduled", at=now, by=who.name, by_id=who.id, reason="", leaves_at=at.at
    )
    return Standing(ScheduleState.WAITING, at.at, at.zone, [], "", [step])


def left_already() -> Conflict:
    """The error for a change that comes after the message left."""
    return Conflict("inbox.message_left", "The message has left already")


def follow_trip(
    standing: Standing,
    draft: Draft,
    around: Surroundings,
    changed: Itinerary,
    before: Itinerary | None,
    now: dt.datetime,
) -> Standing:
    """The standing after a trip that the message is about changed; the same if that is nothing
    to it."""
    if changed.state is ItineraryState.CANCELLED:
        if before is not None and before.state is ItineraryState.CANCELLED:
            return standing  # it was planned for, or left waiting, all the same
        reason = f"Trip {changed.reference} was cancelled"
        if len(around.trips) > 1:
            return standing.held([Problem(field="itinerary_id", reason=reason)], reason, now)
        return standing.withdrawn(RULE, reason, now)
    lost = _lost(draft, changed, before)
    if lost:
        return _without(standing, draft, around, lost, now)
    return follow(standing, draft, around, f"Trip {changed.reference} changed", now)


OVER = Problem(field="send_at", reason="what it announces is over")


def follow(
    standing: Standing, draft: Draft, around: Surroundings, reason: str, now: dt.datetime
) -> Standing:
    """The standing after something changed that the moment may depend on."""
    if draft.send_at is None or draft.send_at.at is not None:
        return standing
    try:
        planned = when(draft.send_at, around)
        anchor = anchor_of(draft.send_at, around)
    except NoMoment as error:
        return _without_moment(standing, error, reason, now)
    was_over = standing.state is ScheduleState.HELD and standing.problems == [OVER]
    if planned.at == standing.leaves_at and not was_over:
        return standing
    if planned.at > now:
        return standing.moved(planned, RULE, now, reason)
    if anchor is not None and planned.at < anchor <= now:
        return _held_once(standing, OVER.field, OVER.reason, reason, now)
    if standing.leaves_at <= now and not was_over:
        return standing  # it was due before and is due now
    return standing.moved(Moment(now, planned.zone), RULE, now, f"{reason}: its moment is over")


def late(standing: Standing, now: dt.datetime) -> str | None:
    """Why a message is too late to leave by itself; None where it is not."""
    if now - standing.leaves_at <= LATE:
        return None
    return f"It should have left at {standing.leaves_at:%Y-%m-%d %H:%M} UTC; nothing did meanwhile"


def joined(problems: Sequence[Problem]) -> str:
    """Several problems as one sentence."""
    return "; ".join(f"{each.field}: {each.reason}" for each in problems)


def _without_moment(standing: Standing, error: NoMoment, reason: str, now: dt.datetime) -> Standing:
    if error.gone:
        return standing.withdrawn(RULE, f"{reason}: what it was counted from is gone", now)
    return _held_once(standing, error.field, error.reason, reason, now)


def _held_once(
    standing: Standing, field: str, problem: str, reason: str, now: dt.datetime
) -> Standing:
    problems = [Problem(field=field, reason=problem)]
    if standing.state is ScheduleState.HELD and standing.problems == problems:
        return standing
    return standing.held(problems, f"{reason}: {problem}", now)


def _lost(draft: Draft, changed: Itinerary, before: Itinerary | None) -> list[Service]:
    """The services that the message is about and that a change cancelled or removed. What is
    written about a cancelled one knows that it is."""
    about = _about(draft)
    stand = {each.id for each in changed.services if not is_cancelled(each)}
    earlier = before.services if before is not None else []
    stood = [each for each in earlier if each.id in about and not is_cancelled(each)]
    return [each for each in stood if each.id not in stand]


def _without(
    standing: Standing,
    draft: Draft,
    around: Surroundings,
    lost: Sequence[Service],
    now: dt.datetime,
) -> Standing:
    """Withdrawn with all that it is about, or with what its moment is counted from; of several
    services a person decides."""
    names = " and ".join(f"“{each.details.name}”" for each in lost)
    reason = f"{names} {'was' if len(lost) == 1 else 'were'} cancelled"
    about = [each for id in _about(draft) if (each := around.service(id)) is not None]
    relative = draft.send_at.relative if draft.send_at else None
    anchor = relative.service_id if relative else None
    if anchor in {each.id for each in lost} or all(is_cancelled(each) for each in about):
        return standing.withdrawn(RULE, reason, now)
    problems = [
        Problem(
            field=f"service_ids[{draft.service_ids.index(each.id)}]",
            reason=f"“{each.details.name}” was cancelled",
        )
        for each in lost
    ]
    return standing.held(problems, reason, now)


def _about(draft: Draft) -> list[UUID]:
    relative = draft.send_at.relative if draft.send_at else None
    anchor = [relative.service_id] if relative and relative.service_id else []
    return [*draft.service_ids, *anchor]
