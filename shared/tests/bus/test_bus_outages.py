"""The broker is killed, comes back, or runs out of memory: nothing is lost, nobody hangs."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from uuid import uuid4

import eventlet
import pytest
from tests.bus.parties import (
    Base,
    ClerkService,
    Desk,
    DeskService,
    Line,
    NoteFiled,
    NoteWritten,
    filed,
)

from fairlead.bus import confirms, line, outbox
from fairlead.bus.broker import dead_queue, event_queue
from fairlead.context import Context, Role
from fairlead.errors import Unavailable
from fairlead.service import publish
from fairlead.store import new_id
from fairlead.testing.services import WITNESS, World, hosted
from scripts.servers import rabbitmq as server
from tests.servers.processes import eventually

pytestmark = [
    pytest.mark.green,
    pytest.mark.servers,
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("hasty"),
]

ORGANISATION = uuid4()
SOMEBODY = Context(role=Role.USER, organisation=ORGANISATION)


@pytest.fixture(scope="module")
def broker() -> Iterator[server.RabbitMQ]:
    """A broker that tests may kill; they leave it running."""
    with server.RabbitMQ() as running:
        yield running


@pytest.fixture
def world(broker: server.RabbitMQ, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(line, "LONGEST_WAIT", 0.3)
    services = (DeskService, ClerkService)
    uri = broker.create_vhost()
    with hosted(*services, amqp_uri=uri, tables=[Base.metadata]) as world:
        # RabbitMQ 3.10 writes the name of a new quorum queue to disk up to a second after it
        # confirmed the declaration; killed before, it keeps a queue that no longer answers.
        assert eventually(lambda: are_on_disk(broker, uri.rpartition("/")[2]), seconds=20)
        yield world


def are_on_disk(broker: server.RabbitMQ, vhost: str) -> bool:
    """Whether the names of its queues of events are."""
    names = b"".join(path.read_bytes() for path in broker.folder.glob("data/*/quorum/*/names.dets"))
    queues = [name(each) for each in ("clerk", WITNESS) for name in (event_queue, dead_queue)]
    return all(
        re.search(re.escape(f"{vhost}_{queue}".encode()) + rb"(?!\.dead)", names)
        for queue in queues
    )


def write(world: World, text: str) -> None:
    """A note of the desk's, whatever becomes of the bus."""
    with world.database("desk").transaction(ORGANISATION) as session:
        publish(session, NoteWritten(id=new_id(), text=text))


def code_of(world: World, text: str) -> str:
    """What comes of a call."""
    try:
        world.client(Desk, SOMEBODY).say(lines=[Line(text=text)])
    except Unavailable as error:
        return error.code
    return "answered"


def test_a_broker_that_was_killed_is_found_again(broker: server.RabbitMQ, world: World) -> None:
    def carry_on() -> None:
        eventlet.sleep(2.0)  # over the broker's death

    ClerkService.script.before["under way"] = [carry_on]
    write(world, "before")
    write(world, "under way")
    world.wait_for(lambda: filed(world.database("clerk")) == {("clerk", "before"): 1})
    world.wait_for(lambda: ClerkService.script.tries["clerk", "under way"] == 1)
    waiting = eventlet.spawn(world.client(Desk, SOMEBODY).wait_here)
    world.wait_for(lambda: DeskService.rooms.inside == 1)

    broker.kill()
    begun = time.monotonic()
    with pytest.raises(Unavailable, match=r"bus\.away"):
        waiting.wait()
    assert time.monotonic() - begun < 4, "it waited for the deadline"
    DeskService.rooms.door.send()
    world.wait_for(lambda: not world.runtime.broker.connected())
    assert code_of(world, "during") == "bus.away"
    for n in range(20):
        write(world, f"during {n}")
    eventlet.sleep(0.3)
    assert outbox.waiting(world.database("desk"))[0] == 20

    broker.start()
    begun = time.monotonic()
    world.wait_for(world.runtime.broker.connected, seconds=30)
    world.wait_for(lambda: code_of(world, "after") == "answered", seconds=30)
    wanted = {("clerk", f"during {n}"): 1 for n in range(20)}
    wanted |= {("clerk", "before"): 1, ("clerk", "under way"): 1}
    world.wait_for(lambda: filed(world.database("clerk")) == wanted, seconds=30)
    # Each effect is said once too; the broker may hand out again what was settled at its death.
    world.wait_for(lambda: len({said.id for said in world.envelopes(NoteFiled)}) == 22)
    assert outbox.waiting(world.database("desk"))[0] == 0
    assert filed(world.database("clerk")) == wanted


def test_a_broker_that_is_restarted_in_between_is_found_again(
    broker: server.RabbitMQ, world: World
) -> None:
    """By its operator, with a word to everybody."""
    write(world, "before")
    world.wait_for(lambda: filed(world.database("clerk")))
    broker.stop()
    write(world, "during")
    broker.start()
    world.wait_for(lambda: len(filed(world.database("clerk"))) == 2, seconds=30)
    assert set(filed(world.database("clerk")).values()) == {1}
    world.wait_for(lambda: code_of(world, "after") == "answered", seconds=30)


def test_a_broker_without_memory_slows_us_down_and_does_not_fill_ours(
    broker: server.RabbitMQ, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads nothing more from who publishes: calls end at their deadline, events wait."""
    monkeypatch.setattr(confirms, "CONFIRM_SECONDS", 1.0)
    monkeypatch.setattr(line, "ROOM", 200_000)
    monkeypatch.setattr(line, "CLOSE_SECONDS", 0.5)
    tool = [server._script("rabbitmqctl"), "--node", broker._node, "set_vm_memory_high_watermark"]
    assert code_of(world, "before") == "answered"
    broker.run([*tool, "0.0000001"])
    try:
        write(world, "during")
        calling = [eventlet.spawn(code_of, world, "x" * 500_000) for _ in range(100)]
        calls = world.runtime.broker._calls  # type: ignore[attr-defined]
        for _ in range(20):
            eventlet.sleep(0.05)
            if calls._outgoing is not None:
                assert calls._outgoing._size < 1_000_000, "what is not read piles up here"
        assert {each.wait() for each in calling} <= {"desk.no_answer", "bus.away"}
        assert filed(world.database("clerk")) == {}
        assert outbox.waiting(world.database("desk"))[0] == 1
    finally:
        broker.run([*tool, "absolute", "1GB"])
    world.wait_for(lambda: code_of(world, "after") == "answered", seconds=30)
    world.wait_for(lambda: filed(world.database("clerk")), seconds=30)
    assert filed(world.database("clerk")) == {("clerk", "during"): 1}
