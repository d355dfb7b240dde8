"""A process dies at any point, and what it had begun happens once all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from tests.bus.parties import Base, ClerkService, Desk, DeskService, NoteFiled, filed

from fairlead.bus import events, inbox, outbox
from fairlead.bus.outbox import Relay
from fairlead.context import Context, Role
from fairlead.store import Database
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty")]

SOMEBODY = Context(role=Role.USER, organisation=uuid4())
TABLES = [Base.metadata]


@pytest.fixture(autouse=True)
def short_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the dead had said and not deleted is another's after a second, and not after forty."""
    monkeypatch.setattr(outbox, "LEASE", dt.timedelta(seconds=1))


def stay() -> None:
    """As long as the process lives."""
    eventlet.Event().wait()


def is_empty(database: Database) -> bool:
    return outbox.waiting(database)[0] == 0


def happened_once(world: World, text: str) -> None:
    """`text` was filed once, said once, and nothing waits any more."""
    clerk = world.database("clerk")
    world.wait_for(lambda: filed(clerk)["clerk", text])
    world.client(Desk, SOMEBODY).note(text=f"after {text}")
    world.wait_for(lambda: filed(clerk)["clerk", f"after {text}"])
    for database in (world.database("desk"), clerk):
        world.wait_for(partial(is_empty, database))
    assert filed(clerk) == {("clerk", text): 1, ("clerk", f"after {text}"): 1}


@pytest.mark.parametrize("when", ["before", "lines"], ids=["before its effect", "with its effect"])
def test_a_handler_that_dies_is_begun_again(home: Home, when: str) -> None:
    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        getattr(ClerkService.script, when)["a"] = [stay]
        world.client(Desk, SOMEBODY).note(text="a")
        world.wait_for(lambda: ClerkService.script.tries["clerk", "a"] == 1)
        eventlet.sleep(0.02)
        world.crash()
    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        happened_once(world, "a")
        assert ClerkService.script.tries["clerk", "a"] == 2


def test_a_settlement_that_is_lost_does_nothing_twice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The effect is committed, and the process dies before it says so."""
    with monkeypatch.context() as losing:
        losing.setattr(events._Settling, "one_done", lambda settling: None)
        with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
            world.client(Desk, SOMEBODY).note(text="a")
            world.wait_for(lambda: filed(world.database("clerk")))
            world.crash()
    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        happened_once(world, "a")
        world.wait_for(lambda: ClerkService.script.tries["clerk", "a"] == 2)


def test_a_relay_that_dies_after_it_said_an_event_causes_nothing_twice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bus has the event; the outbox still has it too, and says it again."""
    monkeypatch.setattr(outbox, "LEASE", dt.timedelta(seconds=0.2))
    real: Callable[..., None] = Relay._settle

    def settle(relay: Relay, statement: Any, rows: list[Any]) -> None:
        if relay._service == "desk":
            stay()
        real(relay, statement, rows)

    with monkeypatch.context() as dying:
        dying.setattr(Relay, "_settle", settle)
        with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
            world.client(Desk, SOMEBODY).note(text="a")
            world.wait_for(lambda: filed(world.database("clerk")))
            world.crash()
    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        world.wait_for(lambda: ClerkService.script.tries["clerk", "a"] >= 2)
        happened_once(world, "a")


def test_a_retry_that_dies_is_tried_again_by_another(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(inbox, "RETRY_LEASE", dt.timedelta(seconds=0.5))

    def fail() -> None:
        raise ValueError("not now")

    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = [fail, stay]
        world.client(Desk, SOMEBODY).note(text="a")
        world.wait_for(lambda: ClerkService.script.tries["clerk", "a"] == 2)
        world.crash()
    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        happened_once(world, "a")
        assert ClerkService.script.tries["clerk", "a"] == 3


@pytest.mark.servers
@pytest.mark.parametrize("home", ["stack"], indirect=True)
def test_replicas_share_events_calls_and_relaying(home: Home) -> None:
    services = (DeskService, ClerkService)
    with (
        hosted(*services, tables=TABLES, **home) as one,
        hosted(*services, tables=TABLES, **home) as two,
    ):
        desks = [world.client(Desk, SOMEBODY) for world in (one, two)]
        writing = [eventlet.spawn(desks[n % 2].note, text=str(n)) for n in range(100)]
        for each in writing:
            each.wait()
        one.wait_for(lambda: len(one.events(NoteFiled)) + len(two.events(NoteFiled)) == 100)
        assert filed(one.database("clerk")) == {("clerk", str(n)): 1 for n in range(100)}
        assert one.events(NoteFiled)
        assert two.events(NoteFiled)


@pytest.mark.servers
@pytest.mark.parametrize("home", ["stack"], indirect=True)
def test_a_replica_that_dies_leaves_its_work_to_the_other(home: Home) -> None:
    services = (DeskService, ClerkService)
    with (
        hosted(*services, tables=TABLES, **home) as dying,
        hosted(*services, tables=TABLES, **home) as living,
    ):
        for n in range(0, 60, 3):
            ClerkService.script.before[str(n)] = [stay]
        desk = living.client(Desk, SOMEBODY)
        for n in range(60):
            desk.note(text=str(n))
        living.wait_for(lambda: len(filed(living.database("clerk"))) >= 20)
        dying.crash()
        # Those that stay in the living one stay there; all others are filed, once.
        stayed = {str(n) for n in range(0, 60, 3)}
        living.wait_for(lambda: len(filed(living.database("clerk"))) >= 40)
        counts = filed(living.database("clerk"))
        assert set(counts.values()) == {1}
        assert {text for _, text in counts} >= {str(n) for n in range(60)} - stayed
        living.crash()
    with hosted(*services, tables=TABLES, **home) as last:
        last.wait_for(lambda: len(filed(last.database("clerk"))) == 60)
        assert set(filed(last.database("clerk")).values()) == {1}
