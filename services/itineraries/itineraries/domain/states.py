"""Where a trip may go from where it stands."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.itineraries import ItineraryState as State
from contracts.itineraries import ServiceState as Said
from fairlead.errors import Conflict

ALLOWED: dict[State, frozenset[State]] = {
    State.INQUIRY: frozenset({State.PROPOSED, State.CONFIRMED, State.CANCELLED}),
    State.PROPOSED: frozenset({State.INQUIRY, State.CONFIRMED, State.CANCELLED}),
    State.CONFIRMED: frozenset({State.IN_PROGRESS, State.CANCELLED}),
    State.IN_PROGRESS: frozenset({State.FINISHED, State.CANCELLED}),
    State.FINISHED: frozenset(),
    # A guest who comes back asks anew; what was agreed before is to be agreed again.
    State.CANCELLED: frozenset({State.INQUIRY}),
}


# A trip in one of these has its nights for itself.
OCCUPYING = frozenset({State.CONFIRMED, State.IN_PROGRESS})
# In one of these what it costs is owed.
AGREED = OCCUPYING | {State.FINISHED}


_PLANNED, _ASKED = Said.PLANNED, Said.REQUESTED
SERVICE_STEPS: dict[Said, frozenset[Said]] = {
    _PLANNED: frozenset({_ASKED, Said.CONFIRMED, Said.DECLINED, Said.DONE, Said.CANCELLED}),
    _ASKED: frozenset({_PLANNED, Said.CONFIRMED, Said.DECLINED, Said.CANCELLED}),
    Said.CONFIRMED: frozenset({_ASKED, Said.DECLINED, Said.DONE, Said.CANCELLED}),
    # Another supplier is asked, or the same one again.
    Said.DECLINED: frozenset({_PLANNED, _ASKED, Said.CANCELLED}),
    # A click too many is taken back.
    Said.DONE: frozenset({Said.CONFIRMED}),
    Said.CANCELLED: frozenset({_PLANNED}),
}


def check_service_step(before: Said, after: Said) -> None:
    """Conflict `itineraries.service_transition` unless a service may go from one to the other.

    To stay where it is is always allowed. The details tell where it may go.
    """
    if after is before or after in SERVICE_STEPS[before]:
        return
    raise Conflict(
        "itineraries.service_transition",
        f"A service that is {before.value} cannot become {after.value}",
        state=before.value,
        allowed=sorted(state.value for state in SERVICE_STEPS[before]),
    )


def path(before: State, after: State) -> list[State] | None:
    """The steps by which a trip comes from `before` to `after`, the fewest; None for no way.

    What was agreed goes no step back: who only repeats that it is confirmed changes nothing.
    """
    if before in _COURSE and after in _COURSE:
        return list(_COURSE[_COURSE.index(before) + 1 : _COURSE.index(after) + 1])
    ways: list[list[State]] = [[before]]
    for way in ways:  # it grows while it is walked
        if way[-1] is after:
            return way[1:]
        ways += [[*way, each] for each in _ordered(ALLOWED[way[-1]]) if each not in way]
    return None


_COURSE = (State.CONFIRMED, State.IN_PROGRESS, State.FINISHED)


def _ordered(states: Iterable[State]) -> list[State]:
    return sorted(states, key=list(State).index)


def check_step(before: State, after: State) -> None:
    """Conflict `itineraries.transition` unless a trip may go from `before` to `after`.

    To stay where it is is always allowed. The details tell where it may go.
    """
    if after is before or after in ALLOWED[before]:
        return
    allowed = sorted(state.value for state in ALLOWED[before])
    raise Conflict(
        "itineraries.transition",
        f"A trip that is {before.value} cannot become {after.value}",
        state=before.value,
        allowed=allowed,
    )
