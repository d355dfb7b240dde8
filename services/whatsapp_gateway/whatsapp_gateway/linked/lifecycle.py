"""The life of a linked number: what it is, what happens to it, and what is done about it.

A pure machine: it is given what happened and the time, and says what is to be done. It never
believes that a number is open; it counts for open as long as the network was heard of late.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from .protocol.events import Phase

# Between half and all of it, so that many numbers do not come back at once when a network does.
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(seconds=2), dt.timedelta(minutes=5)
# What was open so long was well: its end begins the pauses anew.
STEADY = dt.timedelta(minutes=1)
# The client itself keeps a line alive every half minute, and mends a broken one in shorter steps.
SILENCE, GIVE_UP = dt.timedelta(seconds=60), dt.timedelta(minutes=3)
SILENT = "the network is silent"
KEY_GONE = "the key of the session cannot be read"
# A worker tells every few seconds that it runs.
DUMB = dt.timedelta(seconds=45)
# To start and to reach the network; and for a phone that scanned to exchange its keys.
CONNECTING = dt.timedelta(seconds=90)
PAIRING = dt.timedelta(minutes=2)


class State(enum.Enum):
    """What a number is. The last six are final: a person ends them, never time."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    SCAN_QR = "scan_qr"
    ENTER_CODE = "enter_code"
    PAIRING = "pairing"
    OPEN = "open"
    DEGRADED = "degraded"
    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    BANNED = "banned"
    OUTDATED = "outdated"
    PASSKEY_REQUIRED = "passkey_required"
    WRONG_NUMBER = "wrong_number"

    @property
    def final(self) -> bool:
        """Whether only a person brings it on."""
        return self in _FINAL


_FINAL = {
    State.LOGGED_OUT,
    State.REPLACED,
    State.BANNED,
    State.OUTDATED,
    State.PASSKEY_REQUIRED,
    State.WRONG_NUMBER,
}
SHOWING = frozenset({State.SCAN_QR, State.ENTER_CODE})


@dataclass(frozen=True, slots=True)
class Life:
    """Where a number stands. Made anew by `after`."""

    state: State = State.STOPPED
    detail: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None  # of a ban
    code: str = ""  # to be scanned or typed, and until when
    code_until: dt.datetime | None = None
    running: bool = False  # whether there is a worker
    codes: bool = False  # whether codes may be shown
    pair: bool = False  # whether they are
    by_code: bool = False  # whether one to type is wanted, and none to scan
    failures: int = 0
    retry_at: dt.datetime | None = None
    told_at: dt.datetime | None = None  # when the worker last said anything
    heard_at: dt.datetime | None = None  # when the network last said anything


# What happens.


@dataclass(frozen=True, slots=True)
class Wanted:
    """It is to be on. `codes`: somebody is there who would scan one, if no phone is linked, or
    type it (`by_code`)."""

    codes: bool = False
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Unwanted:
    """It is to be off; also where another process owns it now."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The worker shows a code that is good for a time: to scan, or to type."""

    code: str
    good: dt.timedelta
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The worker tells its phase."""

    phase: Phase
    detail: str = ""
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """The worker runs; the network was heard so long ago, if ever."""

    heard: dt.timedelta | None


@dataclass(frozen=True, slots=True)
class Ended:
    """The worker's process is gone."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Happened: TypeAlias = Wanted | Unwanted | Shown | Told | Alive | Ended | Tick


class Action(enum.Enum):
    """What is to be done about it."""

    START = "start"  # a worker, told to connect
    PAIR = "pair"  # the worker that runs is told to show codes
    END = "end"  # the worker
    TELL = "tell"  # that something changed which people see


@dataclass(slots=True)
class _Step:
    life: Life
    actions: list[Action] = field(default_factory=list)


Jitter: TypeAlias = Callable[[], float]
"""A number from 0 to 1."""


def after(
    life: Life, happened: Happened, now: dt.datetime, jitter: Jitter
) -> tuple[Life, list[Action]]:
    """The life after something happened, and what is to be done, in this order."""
    step = _Step(life)
    match happened:
        case Wanted():
            _wanted(step, now, happened)
        case Unwanted():
            _stop(step, now, State.STOPPED)
        case Ended(detail=detail) if life.running:
            step.life = replace(step.life, running=False)
            _fail(step, now, detail or "the worker ended", jitter)
        case Tick():
            _tick(step, now, jitter)
        case Shown() | Told() | Alive() if life.running:
            step.life = replace(life, told_at=now)
            _said(step, happened, now, jitter)
        case _:
            pass  # a worker's last words, after it was given up
    if _visible(step.life) != _visible(life):
        step.actions.append(Action.TELL)
    return step.life, step.actions


def _visible(life: Life) -> tuple[object, ...]:
    return life.state, life.detail, life.until, life.code


def _wanted(step: _Step, now: dt.datetime, wanted: Wanted) -> None:
    if step.life.running and not (wanted.codes and step.life.state in SHOWING):
        return
    if step.life.running:
        step.actions.append(Action.END)  # fresh codes in place of these
    step.life = Life(codes=wanted.codes, by_code=wanted.by_code)
    _start(step, now)


def _start(step: _Step, now: dt.datetime) -> None:
    step.life = replace(
        step.life, running=True, pair=False, retry_at=None, told_at=now, heard_at=None
    )
    _enter(step, now, State.CONNECTING)
    step.actions.append(Action.START)


def _enter(
    step: _Step,
    now: dt.datetime,
    state: State,
    detail: str = "",
    until: dt.datetime | None = None,
) -> None:
    since = step.life.since if step.life.state is state else now
    step.life = replace(
        step.life, state=state, detail=detail, since=since, until=until, code="", code_until=None
    )


def _stop(
    step: _Step,
    now: dt.datetime,
    state: State,
    detail: str = "",
    until: dt.datetime | None = None,
) -> None:
    """No worker, and none by itself."""
    if step.life.running:
        step.actions.append(Action.END)
    step.life = replace(step.life, running=False, codes=False, retry_at=None, failures=0)
    _enter(step, now, state, detail, until)


def _fail(step: _Step, now: dt.datetime, detail: str, jitter: Jitter) -> None:
    """No worker, and another after a pause. Nobody waits for a code that comes by itself."""
    life = step.life
    if life.pair and life.state in {State.CONNECTING, *SHOWING}:
        _stop(step, now, State.STOPPED, detail)
        return
    if life.running:
        step.actions.append(Action.END)
    failures = life.failures + 1
    step.life = replace(
        life, running=False, failures=failures, retry_at=now + pause(failures, jitter)
    )
    _enter(step, now, State.DEGRADED, detail)


def pause(failures: int, jitter: Jitter) -> dt.timedelta:
    """How long to wait after the last of so many failures (at least 1)."""
    doubled = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 20))
    return doubled * (0.5 + 0.5 * jitter())


def _tick(step: _Step, now: dt.datetime, jitter: Jitter) -> None:
    life = step.life
    if not life.running:
        if life.retry_at is not None and now >= life.retry_at:
            _start(step, now)
        return
    if _longer(now, life.told_at, DUMB):
        _fail(step, now, "the worker does not answer", jitter)
    elif life.state in SHOWING and life.code_until is not None and now > life.code_until:
        step.life = replace(life, code="", code_until=None)  # never show one that is over
    elif (life.state is State.CONNECTING and _longer(now, life.since, CONNECTING)) or (
        life.state is State.PAIRING and _longer(now, life.since, PAIRING)
    ):
        _fail(step, now, "it took too long", jitter)
    elif life.state is State.OPEN and _longer(now, life.heard_at, SILENCE):
        _enter(step, now, State.DEGRADED, SILENT)
    elif life.state is State.DEGRADED and _longer(now, life.since, GIVE_UP):
        _fail(step, now, life.detail, jitter)


def _longer(now: dt.datetime, moment: dt.datetime | None, than: dt.timedelta) -> bool:
    return moment is None or now - moment > than


def _said(step: _Step, said: Shown | Told | Alive, now: dt.datetime, jitter: Jitter) -> None:
    match said:
        case Shown(code=code, good=good, typed=typed):
            _enter(step, now, State.ENTER_CODE if typed else State.SCAN_QR)
            step.life = replace(step.life, code=code, code_until=now + good)
        case Alive(heard=heard) if heard is not None:
            step.life = replace(step.life, heard_at=now - heard)
            silent = step.life.detail == SILENT
            if step.life.state is State.DEGRADED and silent and heard < SILENCE:
                _enter(step, now, State.OPEN)
            if step.life.state is State.OPEN and _longer(now, step.life.since, STEADY):
                step.life = replace(step.life, failures=0)
        case Told():
            _phase(step, said, now, jitter)
        case Alive():
            pass


_ENDINGS = {
    Phase.LOGGED_OUT: State.LOGGED_OUT,
    Phase.REPLACED: State.REPLACED,
    Phase.BANNED: State.BANNED,
    Phase.OUTDATED: State.OUTDATED,
    Phase.PASSKEY_REQUIRED: State.PASSKEY_REQUIRED,
    Phase.WRONG_NUMBER: State.WRONG_NUMBER,
    # Not final: a person asks for a code, and did not ask for this one.
    Phase.UNPAIRED: State.STOPPED,
    Phase.CODES_USED_UP: State.STOPPED,
    Phase.NO_CODE: State.STOPPED,
}


def _phase(step: _Step, told: Told, now: dt.datetime, jitter: Jitter) -> None:
    if told.phase is Phase.UNPAIRED and step.life.codes:
        step.life = replace(step.life, pair=True)
        step.actions.append(Action.PAIR)
        return
    if (ending := _ENDINGS.get(told.phase)) is not None:
        # Whoever reads that it is stopped is told by which of them, in words of ours.
        detail = told.phase.value if ending is State.STOPPED else told.detail
        _stop(step, now, ending, detail, told.until)
        return
    match told.phase:
        case Phase.OPEN:
            # To have signed in is an answer of the network's.
            step.life = replace(step.life, heard_at=now, pair=False, codes=False)
            _enter(step, now, State.OPEN)
        case Phase.PAIRING:
            _enter(step, now, State.PAIRING)
        case Phase.DISCONNECTED:
            _enter(step, now, State.DEGRADED, "the line broke")
        case Phase.SILENT:
            _enter(step, now, State.DEGRADED, SILENT)
        case Phase.UNREACHABLE:
            _fail(step, now, told.detail or "the network cannot be reached", jitter)
        case _:
            pass  # connecting, as it was told to
