"""The life of a linked number, as a machine of its own."""

from __future__ import annotations

import datetime as dt
from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from whatsapp_gateway.linked import lifecycle as lc
from whatsapp_gateway.linked.lifecycle import Action, Happened, Life, State, after
from whatsapp_gateway.linked.protocol.events import Phase
from whatsapp_gateway.linked.sentences import sentence

BEGIN = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
SHOWING = (lc.Wanted(codes=True), lc.Told(Phase.UNPAIRED))
FINAL = {
    Phase.LOGGED_OUT: State.LOGGED_OUT,
    Phase.REPLACED: State.REPLACED,
    Phase.BANNED: State.BANNED,
    Phase.OUTDATED: State.OUTDATED,
    Phase.PASSKEY_REQUIRED: State.PASSKEY_REQUIRED,
    Phase.WRONG_NUMBER: State.WRONG_NUMBER,
}


class Number:
    """A number and its clock."""

    def __init__(self, jitter: float = 1.0) -> None:
        self.life = Life()
        self.now = BEGIN
        self.did: list[Action] = []
        self.jitter = jitter

    def __call__(self, *happened: Happened, later: float = 0) -> list[Action]:
        self.now += dt.timedelta(seconds=later)
        actions = []
        for each in happened:
            self.life, more = after(self.life, each, self.now, lambda: self.jitter)
            actions += more
        self.did += actions
        return actions

    def opened(self) -> Number:
        self(lc.Wanted(), lc.Told(Phase.CONNECTING), lc.Told(Phase.OPEN))
        return self

    def alive(self, heard: float = 0, later: float = 5) -> list[Action]:
        return self(lc.Alive(dt.timedelta(seconds=heard)), lc.Tick(), later=later)


def test_the_way_from_a_code_to_open() -> None:
    number = Number()
    assert number(lc.Wanted(codes=True)) == [Action.START, Action.TELL]
    assert number(lc.Told(Phase.UNPAIRED)) == [Action.PAIR]
    number(lc.Shown("first", dt.timedelta(seconds=60)))
    assert (number.life.state, number.life.code) == (State.SCAN_QR, "first")
    assert number(lc.Shown("second", dt.timedelta(seconds=20)), later=60) == [Action.TELL]
    assert number.life.code == "second"
    number(lc.Told(Phase.PAIRING))
    assert (number.life.state, number.life.code) == (State.PAIRING, "")
    number(lc.Told(Phase.OPEN))
    assert number.life.state is State.OPEN


def test_the_way_from_a_typed_code_to_open() -> None:
    number = Number()
    number(lc.Wanted(codes=True, by_code=True), lc.Told(Phase.UNPAIRED))
    assert number.life.by_code
    number(lc.Shown("K7QX-2MPV", dt.timedelta(seconds=160), typed=True))
    assert (number.life.state, number.life.code) == (State.ENTER_CODE, "K7QX-2MPV")
    # Somebody would rather scan.
    assert number(lc.Wanted(codes=True)) == [Action.END, Action.START, Action.TELL]
    assert not number.life.by_code
    number(lc.Wanted(codes=True, by_code=True), lc.Told(Phase.UNPAIRED))
    number(lc.Told(Phase.PAIRING), lc.Told(Phase.OPEN))
    assert number.life.state is State.OPEN


@pytest.mark.parametrize("phase", [Phase.CODES_USED_UP, Phase.UNPAIRED, Phase.NO_CODE])
def test_who_waits_for_a_code_in_vain_reads_why(phase: Phase) -> None:
    number = Number()
    number(lc.Wanted(), lc.Told(phase, "in words of the network's"))
    assert number.life.state is State.STOPPED
    assert sentence(number.life) != sentence(Life())


def test_a_code_that_is_over_is_not_shown() -> None:
    number = Number()
    number(*SHOWING, lc.Shown("first", dt.timedelta(seconds=20)))
    assert number(lc.Alive(None), lc.Tick(), later=21) == [Action.TELL]
    assert (number.life.state, number.life.code) == (State.SCAN_QR, "")


def test_nobody_scans_and_no_codes_come_by_themselves() -> None:
    number = Number()
    number(*SHOWING, lc.Shown("first", dt.timedelta(seconds=20)))
    assert Action.END in number(lc.Told(Phase.CODES_USED_UP))
    assert number.life.state is State.STOPPED
    assert "Nobody used the code" in sentence(number.life)
    assert number(lc.Ended(), lc.Tick(), later=86400) == []


def test_a_worker_that_dies_while_it_shows_codes_stops() -> None:
    number = Number()
    number(*SHOWING, lc.Shown("first", dt.timedelta(seconds=20)), lc.Ended())
    assert (number.life.state, number.life.retry_at) == (State.STOPPED, None)


def test_without_a_phone_and_without_somebody_no_codes_are_shown() -> None:
    number = Number()
    assert number(lc.Wanted(), lc.Told(Phase.UNPAIRED))[-2:] == [Action.END, Action.TELL]
    assert number.life.state is State.STOPPED
    assert "No phone is linked" in sentence(number.life)


def test_a_linked_phone_needs_no_code_even_when_the_network_is_away_at_first() -> None:
    number = Number()
    number(lc.Wanted(codes=True), lc.Told(Phase.UNREACHABLE))
    assert number.life.retry_at is not None
    assert number(lc.Tick(), lc.Told(Phase.OPEN), later=2)[0] is Action.START
    assert number.life.state is State.OPEN


def test_fresh_codes_in_place_of_those_shown() -> None:
    number = Number()
    number(*SHOWING, lc.Shown("first", dt.timedelta(seconds=20)))
    assert number(lc.Wanted(codes=True)) == [Action.END, Action.START, Action.TELL]


@pytest.mark.parametrize("phase", FINAL)
def test_what_is_final_never_tries_again_by_itself(phase: Phase) -> None:
    number = Number().opened()
    assert Action.END in number(lc.Told(phase))
    assert number.life.state is FINAL[phase]
    for _ in range(50):
        assert number(lc.Ended(), lc.Alive(dt.timedelta(0)), lc.Tick(), later=3600) == []
    assert number(lc.Wanted()) == [Action.START, Action.TELL]


def test_open_is_not_believed_when_the_network_is_silent() -> None:
    number = Number().opened()
    states = []
    for heard in [*range(5, 70, 5), 1]:
        number.alive(heard=heard)
        states.append(number.life.state)
    assert states[-2:] == [State.DEGRADED, State.OPEN]
    for seconds in range(5, 300, 5):
        number.alive(heard=seconds)
    assert number.did.count(Action.END) == 1
    assert number.did.count(Action.START) == 2


def test_a_worker_that_says_nothing_is_replaced() -> None:
    number = Number().opened()
    assert number(lc.Tick(), later=46) == [Action.END, Action.TELL]
    assert number(lc.Ended(), lc.Tick(), later=2) == [Action.START, Action.TELL]


def test_pauses_grow_to_a_cap_and_begin_anew_when_it_was_well() -> None:
    number = Number()
    pauses = []
    number(lc.Wanted())
    for _ in range(12):
        number(lc.Told(Phase.UNREACHABLE, "no route"))
        assert number.life.retry_at is not None
        pauses.append((number.life.retry_at - number.now).total_seconds())
        number(lc.Ended(), lc.Tick(), later=pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    number(lc.Told(Phase.OPEN))
    for _ in range(14):
        number.alive()
    number(lc.Ended())
    assert number.life.retry_at == number.now + lc.FIRST_PAUSE


def test_an_open_that_breaks_at_once_does_not_begin_the_pauses_anew() -> None:
    number = Number()
    number(lc.Wanted())
    for _ in range(5):
        number(lc.Told(Phase.OPEN), lc.Ended())
        assert number.life.retry_at is not None
        number(lc.Tick(), later=(number.life.retry_at - number.now).total_seconds())
    assert number.life.failures == 5


def test_every_state_has_its_sentence() -> None:
    said = {state: sentence(Life(state=state)) for state in State}
    assert len(set(said.values())) == len(State)
    assert all(words.endswith(".") for words in said.values())
    banned = Life(state=State.BANNED, until=BEGIN)
    assert "until 2026-11-30 00:00 UTC" in sentence(banned)
    assert "+34611" in sentence(Life(state=State.WRONG_NUMBER, detail="+34611"))


class Lives(RuleBasedStateMachine):
    """Whatever happens in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.now = BEGIN
        self.workers = 0
        self.starts: deque[dt.datetime] = deque()
        self.asked = False

    def happen(self, happened: Happened, jitter: float = 0.0) -> None:
        before = self.life
        self.life, actions = after(before, happened, self.now, lambda: jitter)
        for action in actions:
            if action is Action.START:
                assert self.workers == 0, "two workers for one number"
                self.workers += 1
                self.asked = (isinstance(happened, lc.Wanted) and happened.codes) or self.asked
                if not isinstance(happened, lc.Wanted):
                    self.starts.append(self.now)
                    assert not before.state.final, "a final state went on by itself"
            elif action is Action.PAIR:
                assert self.workers == 1
                assert self.asked, "codes came by themselves"
            elif action is Action.END:
                assert self.workers == 1
                self.workers -= 1
        if isinstance(happened, lc.Ended):
            self.workers = 0
        if self.life.state is State.OPEN or not (self.life.running or self.life.retry_at):
            self.asked = False  # whoever asked for codes has got what he wanted, or was told
        seen = (before.state, before.detail, before.code, before.until)
        now = (self.life.state, self.life.detail, self.life.code, self.life.until)
        assert (Action.TELL in actions) == (seen != now)

    @rule(seconds=st.sampled_from([0, 1, 3, 20, 50, 100, 400]), jitter=st.floats(0, 1))
    def time_passes(self, seconds: int, jitter: float) -> None:
        self.now += dt.timedelta(seconds=seconds)
        self.happen(lc.Tick(), jitter)

    @rule(codes=st.booleans(), by_code=st.booleans())
    def somebody_connects(self, codes: bool, by_code: bool) -> None:
        self.happen(lc.Wanted(codes=codes, by_code=by_code))

    @rule()
    def somebody_disconnects(self) -> None:
        self.happen(lc.Unwanted())
        assert self.life.state is State.STOPPED

    @rule(phase=st.sampled_from(Phase), jitter=st.floats(0, 1))
    def the_worker_tells(self, phase: Phase, jitter: float) -> None:
        self.happen(lc.Told(phase), jitter)

    @rule(seconds=st.none() | st.integers(0, 500))
    def the_worker_lives(self, seconds: int | None) -> None:
        heard = None if seconds is None else dt.timedelta(seconds=seconds)
        self.happen(lc.Alive(heard))

    @rule(seconds=st.sampled_from([20, 60]), typed=st.booleans())
    def a_code_is_shown(self, seconds: int, typed: bool) -> None:
        self.happen(lc.Shown("code", dt.timedelta(seconds=seconds), typed=typed))

    @precondition(lambda self: self.workers)
    @rule(jitter=st.floats(0, 1))
    def the_worker_ends(self, jitter: float) -> None:
        self.happen(lc.Ended(), jitter)

    @invariant()
    def it_is_consistent(self) -> None:
        life = self.life
        assert life.running == (self.workers == 1)
        assert not (life.running and life.retry_at)
        if life.state.final or life.state is State.STOPPED:
            assert not life.running
            assert life.retry_at is None
        if life.state in (State.CONNECTING, *lc.SHOWING, State.PAIRING, State.OPEN):
            assert life.running
        if life.state is State.DEGRADED:
            assert life.running or life.retry_at is not None
        assert not life.code or life.state in lc.SHOWING

    @invariant()
    def it_tries_a_bounded_number_of_times_a_minute(self) -> None:
        while self.starts and self.now - self.starts[0] > dt.timedelta(minutes=1):
            self.starts.popleft()
        assert len(self.starts) <= 10


class TestLives(Lives.TestCase):  # type: ignore[misc, valid-type]
    settings = settings(max_examples=60, stateful_step_count=40, derandomize=True)
