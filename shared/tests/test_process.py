"""A process of services: its settings, its readiness, its end by a signal, a fault or a kill."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Protocol
from uuid import UUID, uuid4

import eventlet
import kombu
import pytest
from cryptography.fernet import Fernet
from eventlet.green import subprocess

from fairlead.bus.broker import Publication, event_queue
from fairlead.bus.rabbitmq import RabbitMQ
from fairlead.bus.wire import encode, envelope
from fairlead.context import Context, Role, service_context
from fairlead.contract import Event, Interface, Right, call, event, topic
from fairlead.errors import Unavailable
from fairlead.process import Process
from fairlead.service import Config, Remote, Store, loop, on, rpc
from fairlead.settings import BadSettings, Settings, integer, setting, url
from fairlead.store import new_id
from fairlead.testing.bus import Home, wait_for
from fairlead.testing.services import hosted

pytestmark = pytest.mark.green

ANYBODY = Right("be here", frozenset(Role))
SETTINGS = {
    "FAIRLEAD_SECRET_KEYS": Fernet.generate_key().decode(),
    "FAIRLEAD_ADMIN_TOKEN": "a token of some length",
    "FAIRLEAD_ADMIN_PORT": "0",
}


class Pump(Interface, Protocol):
    """Pumps."""

    service: ClassVar[str] = "pump"

    @call(ANYBODY)
    def pump(self) -> int:
        """One stroke."""
        ...


@event("well.filled", source="pump")
class WellFilled(Event):
    """There is water."""

    depth: int


class PumpSettings(Settings):
    strokes = setting("FAIRLEAD_TEST_STROKES", integer(1, 9), default="1", help="Per minute")


class GardenSettings(Settings):
    river = setting("FAIRLEAD_TEST_RIVER", url("https", example="https://a.b"), help="Where")


class PumpService:
    """Implements Pump."""

    name = "pump"
    implements = Pump
    config = Config(PumpSettings)
    strokes = 0

    @rpc
    def pump(self) -> int:
        PumpService.strokes += 1
        return PumpService.strokes


class GardenService:
    """Needs water when it hears that there is some."""

    name = "garden"
    config = Config(GardenSettings)
    pump = Remote(Pump)
    store = Store()
    begun: ClassVar[list[int]] = []
    watered: ClassVar[list[int]] = []

    @on(WellFilled)
    def water(self, event: WellFilled) -> None:
        GardenService.begun.append(event.depth)
        eventlet.sleep(0.3)
        GardenService.watered.append(self.pump.pump())
        with self.store.once():
            pass


class BrokenService:
    """Breaks where nobody foresaw it."""

    name = "broken"

    @loop(every=60.0)
    def break_down(self) -> None:
        raise eventlet.Timeout(None)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ctrl-C stays the test run's; what signals do is seen in processes of their own.
    monkeypatch.setattr(Process, "heed_signals", lambda process: None)
    PumpService.strokes = 0
    GardenService.begun.clear()
    GardenService.watered.clear()


RIVER = {"FAIRLEAD_TEST_RIVER": "https://river"}


def test_the_wrong_settings_of_all_services_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {
        **SETTINGS,
        "FAIRLEAD_ADMIN_TOKEN": "short",
        "FAIRLEAD_AMQP_URI": "mqtt://broker",
        "FAIRLEAD_DATABASE_URL": f"sqlite:///{tmp_path}/{{service}}.db",
        "FAIRLEAD_TEST_STROKES": "many",
        "FAIRLEAD_TEST_RIVER": "",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as caught:
        Process([PumpService, GardenService])
    named = sorted(problem.partition(":")[0] for problem in caught.value.problems)
    assert named == [
        "FAIRLEAD_ADMIN_TOKEN",
        "FAIRLEAD_AMQP_URI",
        "FAIRLEAD_TEST_RIVER",
        "FAIRLEAD_TEST_STROKES",
    ]


@pytest.mark.servers
def test_what_is_said_waits_for_services_that_are_installed(
    monkeypatch: pytest.MonkeyPatch, amqp_uri: str, tmp_path: Path
) -> None:
    rows = {"pump": f"sqlite:///{tmp_path}/pump.db"}
    for name, value in {**SETTINGS, "FAIRLEAD_AMQP_URI": amqp_uri}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FAIRLEAD_INSTALLED", "sms_gateway, nobody")
    with pytest.raises(BadSettings, match="there is no service 'nobody'"):
        Process([PumpService], database_urls=rows)
    monkeypatch.setenv("FAIRLEAD_INSTALLED", "inbox,sms_gateway")
    process = Process([PumpService], database_urls=rows)
    queues = [event_queue("inbox"), event_queue("sms_gateway")]
    assert not any(is_declared(amqp_uri, queue) for queue in queues)
    process.runtime.broker.start()
    wait_for(lambda: all(is_declared(amqp_uri, queue) for queue in queues), seconds=30)
    process.runtime.broker.stop()


def test_it_is_ready_when_bus_store_and_files_are(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The services of this file have no package, and so no history of tables.
    monkeypatch.setattr("fairlead.process._package", lambda service: "fairlead.store")
    with hosted(PumpService, GardenService, settings=RIVER, **home) as world:
        status, told = world.admin("GET", "/readyz")
        assert status == 200, told
        assert {(check["service"], check["name"]) for check in told["checks"]} == {
            ("process", "bus"),
            ("process", "files"),
            ("pump", "store"),
            ("garden", "store"),
        }
        world.runtime.broker.stop()
        # What is told may be a second old.
        world.wait_for(lambda: world.admin("GET", "/readyz")[0] == 503)
        told = world.admin("GET", "/readyz")[1]
        assert [each["name"] for each in told["checks"] if not each["ok"]] == ["bus"]


def test_it_is_not_ready_before_its_tables_are(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.testing.services._prepare", lambda *_: None)
    monkeypatch.setattr("fairlead.process._package", lambda service: "fairlead.store")
    with hosted(PumpService, **home) as world:
        status, told = world.admin("GET", "/readyz")
        assert status == 503
        assert [each["name"] for each in told["checks"] if not each["ok"]] == ["store"]


def test_a_service_that_breaks_ends_the_process() -> None:
    with hosted(BrokenService) as world, eventlet.Timeout(5, AssertionError("it went on")):
        assert world.process.wait() == 1


def test_a_bus_that_breaks_ends_the_process(home: Home) -> None:
    def break_down(incoming: object) -> None:
        raise ZeroDivisionError

    with hosted(PumpService, **home) as world:
        broker: Any = world.runtime.broker
        broker._on_reply = lambda *_: break_down(None)
        asking = eventlet.spawn(world.client(Pump).pump)
        with eventlet.Timeout(5, AssertionError("it went on")):
            assert world.process.wait() == 1
        asking.kill()


def test_a_stop_lets_a_handler_ask_another_service_of_the_process(home: Home) -> None:
    """The pump answers until the garden has finished. (Over RabbitMQ another pump does.)"""
    embedded = home["amqp_uri"] == "embedded://"
    with hosted(PumpService, GardenService, settings=RIVER, **home) as world:
        saying = eventlet.spawn(world.publish, WellFilled(depth=3), organisation=None)
        world.wait_for(lambda: GardenService.begun == [3])
        if embedded:
            world.stop()
            assert GardenService.watered == [1]
        else:
            with hosted(PumpService, **home):
                world.stop()
                assert GardenService.watered == [1]
        saying.kill()


def test_a_stop_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.process.STOP_SECONDS", 0.2)
    with hosted(PumpService, GardenService, settings=RIVER) as world:
        saying = eventlet.spawn(world.publish, WellFilled(depth=3), organisation=None)
        world.wait_for(lambda: GardenService.begun == [3])
        monkeypatch.setattr(GardenService, "pump", None, raising=False)
        with eventlet.Timeout(3, AssertionError("it waits")):
            world.stop()
        saying.kill()


def test_what_a_stopped_process_is_asked_fails_at_once(home: Home) -> None:
    with hosted(PumpService, **home) as world:
        pump = world.client(Pump, Context(role=Role.USER))
        assert pump.pump() == 1
        world.stop()
        with pytest.raises(Unavailable, match=r"bus\.away"):
            pump.pump()


# What follows runs as `python -m fairlead.run`, a process of its own, that can be killed.

ROOM = {
    "__init__.py": "",
    "migrations/__init__.py": "",
    "migrations/tables.py": "from ..service import metadata",
    "migrations/versions/v0001_room.py": """
        import sqlalchemy as sa
        from alembic import op

        revision, down_revision, branch_labels, depends_on = "0001", None, None, None

        def upgrade():
            op.create_table(
                "marks",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("depth", sa.Integer, nullable=False),
            )
        """,
    "service.py": """
        from __future__ import annotations
        import os, time
        from pathlib import Path
        import eventlet
        import sqlalchemy as sa
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
        from fairlead.contract import Event, event
        from fairlead.service import Store, on
        from fairlead.store import new_metadata

        class Base(DeclarativeBase):
            metadata = new_metadata()

        metadata = Base.metadata

        class Mark(Base):
            __tablename__ = "marks"
            id: Mapped[int] = mapped_column(primary_key=True)
            depth: Mapped[int]

        @event("well.filled", source="pump")
        class WellFilled(Event):
            depth: int

        class RoomService:
            name = "room"
            store = Store()

            @on(WellFilled)
            def mark(self, event: WellFilled) -> None:
                with open(os.environ["ROOM_TRACE"], "a") as trace:
                    trace.write(f"{event.depth}\\n")
                eventlet.sleep(float(os.environ["ROOM_SECONDS"]))
                with self.store.once() as session:
                    session.add(Mark(depth=event.depth))
        """,
}


class Room:
    """A service in a process of its own."""

    def __init__(self, folder: Path, uri: str) -> None:
        for name, text in ROOM.items():
            path = folder / "room" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        self.trace = folder / "trace"
        self.trace.touch()
        self._folder = folder
        self._uri = uri
        self.processes: list[Any] = []

    def start(self, *, seconds: float = 0, **settings: str) -> Any:
        """Another process of it, whose handler takes so long."""
        environment = {
            **{name: value for name, value in os.environ.items() if "FAIRLEAD" not in name},
            **SETTINGS,
            "FAIRLEAD_AMQP_URI": self._uri,
            "FAIRLEAD_DATABASE_URL": f"sqlite:///{self._folder}/{{service}}.db",
            "FAIRLEAD_FILES": str(self._folder / "files"),
            "PYTHONPATH": os.pathsep.join([str(self._folder), *sys.path]),
            "ROOM_TRACE": str(self.trace),
            "ROOM_SECONDS": str(seconds),
            **settings,
        }
        log = (self._folder / f"log{len(self.processes)}").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "fairlead.run", "room.service:RoomService"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def log(self, number: int = -1) -> str:
        count = len(self.processes)
        return (self._folder / f"log{number % count}").read_text(encoding="utf-8")

    def begun(self) -> list[str]:
        return self.trace.read_text(encoding="utf-8").split()

    def marks(self) -> list[int]:
        with sqlite3.connect(self._folder / "room.db") as connection:
            found = connection.execute("SELECT depth FROM marks ORDER BY depth").fetchall()
        connection.close()
        return [depth for (depth,) in found]


@pytest.fixture
def room(tmp_path: Path, amqp_uri: str) -> Iterator[Room]:
    room = Room(tmp_path, amqp_uri)
    yield room
    for process in room.processes:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def well(amqp_uri: str) -> Iterator[RabbitMQ]:
    """Who says that the well is filled."""
    broker = RabbitMQ(amqp_uri)
    broker.start()
    yield broker
    broker.stop()


def fill(well: RabbitMQ, depth: int, id: UUID | None = None) -> None:
    said = envelope(
        WellFilled(depth=depth),
        id=id or new_id(),
        context=service_context(None),
        organisation=uuid4(),
    )
    well.publish([Publication(str(said.id), topic(WellFilled), encode(said))])


def is_declared(uri: str, queue: str) -> bool:
    """Whether somebody has declared it."""
    with kombu.Connection(uri) as connection:
        try:
            connection.channel().queue_declare(queue, passive=True)
        except connection.channel_errors:
            return False
    return True


def is_there(uri: str, queue: str) -> bool:
    """Whether somebody has declared it and takes from it."""
    with kombu.Connection(uri) as connection:
        try:
            return bool(connection.channel().queue_declare(queue, passive=True).consumer_count)
        except connection.channel_errors:
            return False


@pytest.mark.servers
def test_a_terminated_process_finishes_its_handlers(
    room: Room, well: RabbitMQ, amqp_uri: str
) -> None:
    process = room.start(seconds=0.7)
    wait_for(lambda: is_there(amqp_uri, event_queue("room")), seconds=30)
    for depth in range(5):
        fill(well, depth)
    wait_for(lambda: len(room.begun()) == 5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0, room.log()
    assert room.marks() == [0, 1, 2, 3, 4]
    assert '"event": "started"' in room.log()
    again = room.start()
    fill(well, 5)
    wait_for(lambda: room.marks() == [0, 1, 2, 3, 4, 5], seconds=30)
    assert sorted(room.begun()) == ["0", "1", "2", "3", "4", "5"]
    again.send_signal(signal.SIGINT)
    assert again.wait(20) == 0, room.log()


@pytest.mark.servers
def test_what_a_killed_process_had_begun_happens_once(
    room: Room, well: RabbitMQ, amqp_uri: str
) -> None:
    process = room.start(seconds=60)
    wait_for(lambda: is_there(amqp_uri, event_queue("room")), seconds=30)
    for depth in range(5):
        fill(well, depth)
    wait_for(lambda: len(room.begun()) == 5)
    process.kill()
    assert process.wait(5) == -signal.SIGKILL
    assert room.marks() == []
    fill(well, 5)
    room.start()
    wait_for(lambda: len(room.marks()) == 6, seconds=30)
    assert room.marks() == [0, 1, 2, 3, 4, 5]
    assert len(room.begun()) == 11


@pytest.mark.servers
def test_wrong_settings_are_printed_and_end_the_start(room: Room) -> None:
    process = room.start(FAIRLEAD_ADMIN_TOKEN="short", FAIRLEAD_LOG_LEVEL="loud")
    assert process.wait(30) == 2
    assert room.log().startswith("2 settings are wrong:\n")
    assert "FAIRLEAD_ADMIN_TOKEN" in room.log()
    assert "FAIRLEAD_LOG_LEVEL" in room.log()
