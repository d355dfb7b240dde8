"""What a service is made of: its contract, its loops, its store, and what its container does."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol
from uuid import UUID, uuid4

import eventlet
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead import service as service_module
from fairlead.context import Context, Role, current
from fairlead.contract import Event, Interface, Right, call, event
from fairlead.errors import Unauthenticated, Unavailable
from fairlead.runtime import Runtime
from fairlead.service import (
    EVERYWHERE,
    AdminRoutes,
    Config,
    Loop,
    Parts,
    Provided,
    Remote,
    ServiceStore,
    Store,
    host,
    loop,
    on,
    publish,
    rpc,
)
from fairlead.settings import BadSettings, Settings, integer, setting
from fairlead.store import Scoped, new_id, new_metadata
from fairlead.testing.bus import wait_for
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

ANYBODY = Right("be here", frozenset(Role))
OURS, THEIRS = uuid4(), uuid4()


class Shelf(Interface, Protocol):
    """Holds books."""

    service: ClassVar[str] = "shelf"

    @call(ANYBODY)
    def put(self, *, title: str) -> UUID:
        """A book."""
        ...

    @call(ANYBODY)
    def titles(self) -> list[str]:
        """Of the caller's organisation."""
        ...

    @call(ANYBODY)
    def parts(self) -> list[int]:
        """What the service was given: a setting, a part's number, the admin port."""
        ...


@event("book.put", source="shelf")
class BookPut(Event):
    """A book was put there."""

    title: str


class Base(DeclarativeBase):
    metadata = new_metadata()


class Book(Scoped, Base):
    __tablename__ = "books"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]


class ShelfSettings(Settings):
    length = setting("FAIRLEAD_SHELF_LENGTH", integer(1, 9), default="3", help="In metres")


class Lamp:
    """A part, of which each service has one."""

    made = 0

    def __init__(self, store: ServiceStore, runtime: Runtime) -> None:
        Lamp.made += 1
        self.number = Lamp.made
        assert store.database is runtime.database("shelf")


class ShelfService:
    """Implements Shelf."""

    name = "shelf"
    implements = Shelf
    store = Store()
    config = Config(ShelfSettings)
    lamp = Parts(Lamp)
    port = Provided(lambda runtime: runtime.admin.port)
    doors = AdminRoutes(lambda runtime: ShelfService.registered.append(runtime))
    registered: ClassVar[list[Runtime]] = []

    @rpc
    def put(self, *, title: str) -> UUID:
        with self.store.transaction() as session:
            book = Book(id=new_id(), title=title)
            session.add(book)
            publish(session, BookPut(title=title))
            return book.id

    @rpc
    def titles(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(sa.select(Book.title).order_by(Book.id)))

    @rpc
    def parts(self) -> list[int]:
        return [self.config.length, self.lamp.number, self.port]


class Rounds:
    """What the loops of a test do, round by round, and who did it."""

    def __init__(self) -> None:
        self.results: list[Any] = []
        self.contexts: list[Context] = []

    def go(self) -> Any:
        self.contexts.append(current())
        result = self.results.pop(0) if self.results else False
        return result() if callable(result) else result


class LoopService:
    """Goes round."""

    name = "loops"
    store = Store()
    rounds = Rounds()

    @loop(every=0.05)
    def work(self) -> Any:
        return LoopService.rounds.go()


def test_greenlets_that_find_nothing_look_together_as_often_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looking = Loop(0.5, 2)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            looking._run()  # the other one, meanwhile
        looking._stopping = True

    monkeypatch.setattr(looking, "_once", lambda: 0.5)
    monkeypatch.setattr("fairlead.service.eventlet.sleep", sleep)
    looking._run()
    assert slept == [0.5, 1.0]
    assert looking._resting == 0


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    LoopService.rounds = Rounds()
    ShelfService.registered.clear()
    Lamp.made = 0
    yield
    LoopService.rounds = Rounds()


def shelf(world: World, organisation: UUID | None) -> Shelf:
    return world.client(Shelf, Context(role=Role.USER, organisation=organisation))


def test_a_service_works_for_the_organisation_of_its_caller() -> None:
    with hosted(ShelfService, tables=[Base.metadata]) as world:
        shelf(world, OURS).put(title="ours")
        shelf(world, THEIRS).put(title="theirs")
        assert shelf(world, OURS).titles() == ["ours"]
        assert shelf(world, THEIRS).titles() == ["theirs"]
        with pytest.raises(Unauthenticated):
            shelf(world, None).titles()
        with world.database("shelf").reading(EVERYWHERE) as session:
            assert len(session.scalars(sa.select(Book.id)).all()) == 2
        world.wait_for(lambda: len(world.events(BookPut)) == 2)
        assert [each.title for each in world.events(BookPut, OURS)] == ["ours"]


def test_an_event_leaves_without_waiting_for_the_next_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fairlead.bus.outbox.IDLE_SECONDS", 60.0)
    with hosted(ShelfService, tables=[Base.metadata]) as world:
        eventlet.sleep(0.05)
        shelf(world, OURS).put(title="at once")
        world.wait_for(lambda: world.events(BookPut), seconds=5)


def test_a_service_is_given_its_parts() -> None:
    settings = {"FAIRLEAD_SHELF_LENGTH": "7"}
    with hosted(ShelfService, tables=[Base.metadata], settings=settings) as world:
        ours = shelf(world, OURS)
        assert ours.parts() == ours.parts() == [7, 1, world.runtime.admin.port]
        assert ShelfService.registered == [world.runtime]


def test_its_own_wrong_settings_stop_the_start() -> None:
    with (
        pytest.raises(BadSettings, match="FAIRLEAD_SHELF_LENGTH"),
        hosted(ShelfService, settings={"FAIRLEAD_SHELF_LENGTH": "long"}),
    ):
        pass


def test_a_service_that_does_not_fit_its_contract_is_not_hosted() -> None:
    class Unmarked(ShelfService):
        def titles(self) -> list[str]:
            return []

    class Chatty(ShelfService):
        @rpc
        def gossip(self) -> None:
            """Which no contract knows of."""

    class Other(ShelfService):
        @rpc
        def put(self, *, name: str) -> UUID:
            return uuid4()

    runtime: Any = None
    for service, reason in (
        (Unmarked, "titles must be marked"),
        (Chatty, "gossip must be marked"),
        (Other, r"Other\.put takes"),
    ):
        with pytest.raises(TypeError, match=reason):
            host(service, runtime)


def test_a_loop_goes_on_at_once_while_there_is_more() -> None:
    LoopService.rounds.results = [True] * 50
    with hosted(LoopService):
        wait_for(lambda: len(LoopService.rounds.contexts) >= 51, seconds=1.5)
    assert {context.role for context in LoopService.rounds.contexts} == {Role.SERVICE}
    assert {context.organisation for context in LoopService.rounds.contexts} == {None}


def test_a_loop_waits_when_there_is_nothing() -> None:
    with hosted(LoopService):
        wait_for(lambda: len(LoopService.rounds.contexts) >= 3)
        count = len(LoopService.rounds.contexts)
        eventlet.sleep(0.2)
        assert len(LoopService.rounds.contexts) - count <= 4


@pytest.mark.parametrize("error", [ValueError("no"), Unavailable("a.b", "away")], ids=["x", "away"])
def test_a_loop_that_fails_goes_on_after_a_while(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not at once: a store that is away for a minute would fill the log."""
    monkeypatch.setattr(service_module, "AWAY_SECONDS", 0.3)

    def fail() -> None:
        raise error

    LoopService.rounds.results = [fail, True]
    with hosted(LoopService):
        wait_for(lambda: LoopService.rounds.contexts)
        eventlet.sleep(0.15)
        assert len(LoopService.rounds.contexts) == 1
        wait_for(lambda: len(LoopService.rounds.contexts) >= 3)


def test_a_loop_that_is_stopped_finishes_its_round_and_begins_no_other() -> None:
    finished = []

    def work() -> bool:
        eventlet.sleep(0.2)
        finished.append(True)
        return True

    LoopService.rounds.results = [work] * 50
    with hosted(LoopService) as world:
        wait_for(lambda: LoopService.rounds.contexts)
        world.stop()
        rounds = len(LoopService.rounds.contexts)
        assert len(finished) == rounds
        eventlet.sleep(0.1)
        assert len(LoopService.rounds.contexts) == rounds


@contextmanager
def heard(name: str) -> Iterator[list[logging.LogRecord]]:
    """What is logged meanwhile under `name` and below."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[assignment, method-assign]
    logging.getLogger(name).addHandler(handler)
    try:
        yield records
    finally:
        logging.getLogger(name).removeHandler(handler)


def test_what_we_log_ourselves_nameko_does_not_log_again(hasty: None) -> None:
    def fail() -> None:
        raise ValueError("told once")

    LoopService.rounds.results = [fail]
    with heard("nameko") as theirs, heard("fairlead.service") as ours, hosted(LoopService):
        wait_for(lambda: len(LoopService.rounds.contexts) >= 2)
        assert len([each for each in ours if "told once" in each.getMessage()]) == 1
        assert [each for each in theirs if "error handling worker" in each.getMessage()] == []
        logging.getLogger("nameko.containers").warning("killing %s managed thread(s)", 3)
        assert [each.getMessage() for each in theirs] == ["killing 3 managed thread(s)"]


class Bookworm:
    """Stands in for the shelf."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def put(self, *, title: str) -> UUID:
        self.asked.append((title, current().organisation))
        return OURS

    def titles(self) -> list[str]:
        raise Unavailable("shelf.locked", "The shelf is locked")

    def parts(self) -> list[int]:
        return ["not a number"]  # type: ignore[list-item]


class ReaderService:
    """Asks the shelf when a book was put there."""

    name = "reader"
    shelf = Remote(Shelf)
    store = Store()

    @on(BookPut)
    def read(self, event: BookPut) -> None:
        id = self.shelf.put(title=f"{event.title}, read")
        with self.store.once() as session:
            session.add(Book(id=id, organisation_id=OURS, title=event.title))


def test_a_fake_is_asked_over_the_bus() -> None:
    fake = Bookworm()
    with hosted(ReaderService, tables=[Base.metadata], fakes={Shelf: fake}) as world:
        world.publish(BookPut(title="a"), organisation=OURS)
        world.wait_for(lambda: fake.asked == [("a, read", OURS)])
        somebody = shelf(world, OURS)
        with pytest.raises(Unavailable, match="locked"):
            somebody.titles()
        with pytest.raises(Exception, match=r"shelf\.bad_reply"):
            somebody.parts()


def test_a_fake_must_fit_the_contract() -> None:
    class Half:
        def put(self, *, title: str) -> UUID:
            return OURS

    hosting = hosted(LoopService, fakes={Shelf: Half()})
    with pytest.raises(TypeError, match="Half lacks"), hosting:
        pass


def test_a_crash_is_no_stop() -> None:
    """Nothing that was under way comes to its end."""
    ended: list[str] = []

    def work() -> None:
        try:
            eventlet.sleep(5)
            ended.append("finished")
        except BaseException:
            ended.append("killed")
            raise

    LoopService.rounds.results = [work]
    with hosted(LoopService) as world:
        wait_for(lambda: LoopService.rounds.contexts)
        world.crash()
        assert ended == ["killed"]
