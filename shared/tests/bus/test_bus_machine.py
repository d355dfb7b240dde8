"""Whatever is mixed — failures, repetitions, lost settlements, deaths — each note is filed once.

Hypothesis writes the stories; what is told in them happens to real services on a real bus.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from contextlib import AbstractContextManager
from typing import Any, ClassVar
from uuid import UUID, uuid4

import eventlet
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.bus.parties import (
    Base,
    ClerkService,
    Desk,
    DeskService,
    NoteFiled,
    NoteWritten,
    Script,
    filed,
)

from fairlead.bus import events, inbox, outbox
from fairlead.bus.outbox import Relay
from fairlead.context import Context, Role
from fairlead.errors import Conflict
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty")]

SOMEBODY = Context(role=Role.USER, organisation=uuid4())


class Trouble:
    """What goes wrong next, at places that a test cannot reach otherwise."""

    settlements_to_lose = 0
    relays_to_die = 0


def lose_settlements(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler's effect is committed, but the process dies before the bus hears of it."""
    settle, delete = events._Settling.one_done, Relay._settle

    def one_done(settling: Any) -> None:
        if Trouble.settlements_to_lose:
            Trouble.settlements_to_lose -= 1
        else:
            settle(settling)

    def delete_rows(relay: Relay, statement: Any, rows: list[Any]) -> None:
        if Trouble.relays_to_die:
            Trouble.relays_to_die -= 1
            eventlet.Event().wait()  # it never comes to that
        delete(relay, statement, rows)

    monkeypatch.setattr(events._Settling, "one_done", one_done)
    monkeypatch.setattr(Relay, "_settle", delete_rows)


class Story(RuleBasedStateMachine):
    """Notes are written and filed in processes that fail and die."""

    home: ClassVar[Home]
    notes = Bundle("notes")

    def __init__(self) -> None:
        super().__init__()
        ClerkService.script = Script()
        Trouble.settlements_to_lose = Trouble.relays_to_die = 0
        self.kept: dict[str, UUID] = {}
        self.undone: set[str] = set()
        self.filed_ids: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self.begin()

    def begin(self) -> None:
        self.hosting: AbstractContextManager[World] = hosted(
            DeskService, ClerkService, tables=[Base.metadata], **self.home
        )
        self.world = self.hosting.__enter__()
        self.can_stop = True

    def end(self) -> None:
        """Note what was said in this process, and leave it."""
        self.hosting.__exit__(None, None, None)
        for said in self.world.envelopes(NoteFiled):
            self.filed_ids[UUID(said.id.hex)].add(said.id)

    @rule(
        target=notes,
        failures=st.integers(0, 4),
        inside=st.booleans(),
        seconds=st.sampled_from([0.0, 0.05]),
    )
    def write(self, failures: int, inside: bool, seconds: float) -> str:
        """A note, whose handler takes its time and fails so often, before its effect or with it."""

        def fail() -> None:
            raise ValueError("not now")

        text = uuid4().hex
        script = ClerkService.script
        script.before[text] = [lambda: eventlet.sleep(seconds)]
        (script.lines if inside else script.before)[text] += [fail] * failures
        self.kept[text] = self.world.client(Desk, SOMEBODY).note(text=text)
        return text

    @rule()
    def change_ones_mind(self) -> None:
        with pytest.raises(Conflict):
            self.world.client(Desk, SOMEBODY).note(text="changes its mind")

    @rule(text=consumes(notes), times=st.integers(1, 3))
    def say_again(self, text: str, times: int) -> None:
        """As a relay does that died; with an id of its own, which is the same each time."""
        event = NoteWritten(id=self.kept[text], text=f"{text} again")
        id = uuid4()
        for _ in range(times):
            eventlet.spawn(self.say, event, id)

    def say(self, event: NoteWritten, id: UUID) -> None:
        """Until the bus has it, as a relay does."""
        while True:
            try:
                self.world.publish(event, organisation=SOMEBODY.organisation, id=id)
            except Exception:
                eventlet.sleep(0.01)
            else:
                self.kept.setdefault(event.text, event.id)
                return

    @rule(count=st.integers(1, 3))
    def lose_settlements(self, count: int) -> None:
        Trouble.settlements_to_lose = count
        self.can_stop = False  # a stop would wait for them

    @rule()
    def let_a_relay_die(self) -> None:
        Trouble.relays_to_die = 1
        self.can_stop = False

    @rule(seconds=st.sampled_from([0, 0.01, 0.05]))
    def wait(self, seconds: float) -> None:
        eventlet.sleep(seconds)

    @rule()
    def crash(self) -> None:
        self.world.crash()
        self.end()
        self.begin()

    @precondition(lambda self: self.can_stop)
    @rule()
    def stop(self) -> None:
        self.end()
        self.begin()

    @invariant()
    def nothing_is_filed_twice(self) -> None:
        counts = filed(self.world.database("clerk"))
        assert set(counts.values()) <= {1}, counts
        assert ("clerk", "changes its mind") not in counts

    def teardown(self) -> None:
        """All that went wrong is over; everything that was written is filed in the end."""
        Trouble.settlements_to_lose = Trouble.relays_to_die = 0
        self.crash()
        ClerkService.script = Script()
        clerk, desk = self.world.database("clerk"), self.world.database("desk")

        def everything_is_filed() -> bool:
            if inbox.count_dead(clerk):
                self.world.admin("POST", "/admin/clerk/events/dead/replay")
            return (
                filed(clerk) >= Counter(("clerk", text) for text in self.kept)
                and outbox.waiting(clerk)[0] == outbox.waiting(desk)[0] == 0
                and inbox.count_failed(clerk) == 0
            )

        self.world.wait_for(everything_is_filed, seconds=20)
        self.nothing_is_filed_twice()
        self.end()
        self.world.stop()


@pytest.mark.timeout(240)
def test_every_story_ends_well(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_settlements(monkeypatch)
    monkeypatch.setattr(outbox, "LEASE", dt.timedelta(seconds=0.3))
    monkeypatch.setattr(inbox, "RETRY_LEASE", dt.timedelta(seconds=0.3))
    monkeypatch.setattr(Story, "home", home, raising=False)
    embedded = home["amqp_uri"] == "embedded://"
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=20 if embedded else 8,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
