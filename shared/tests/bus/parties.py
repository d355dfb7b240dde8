"""Who talks over the bus in these tests: a desk that is asked, a writer who says, two who hear."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, ClassVar, Protocol
from uuid import UUID

import eventlet
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead import errors
from fairlead.context import Context, Role, current
from fairlead.contract import Event, Interface, Message, Right, call, event
from fairlead.service import EVERYWHERE, Remote, Store, on, publish, rpc
from fairlead.store import Database, new_id, new_metadata

EVERYBODY = Right("be here", frozenset(Role))
TEAM = Right("use the desk", frozenset({Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER}))
OWNER = Right("close the desk", frozenset({Role.OWNER}))
SERVICES = Right("act for a service", frozenset({Role.SERVICE}))


class Line(Message):
    """One line of what is said."""

    text: str
    number: int = 1


class Who(Message):
    """Who asked, as the callee sees it."""

    context: Context


class Desk(Interface, Protocol):
    """What can be asked."""

    service: ClassVar[str] = "desk"

    @call(TEAM)
    def say(self, *, lines: list[Line], twice: bool = False) -> list[Line]:
        """Says it again."""
        ...

    @call(EVERYBODY)
    def who(self) -> Who:
        """Who asks."""
        ...

    @call(TEAM)
    def for_the_team(self) -> None:
        """For people who are signed in."""
        ...

    @call(OWNER)
    def for_the_owner(self) -> None:
        """For one role."""
        ...

    @call(SERVICES)
    def for_services(self) -> None:
        """For services."""
        ...

    @call(EVERYBODY)
    def fail(self, *, kind: str) -> None:
        """Fails in one of the kinds."""
        ...

    @call(EVERYBODY)
    def misbehave(self, *, how: str) -> Line:
        """Breaks the contract, or itself."""
        ...

    @call(EVERYBODY, deadline=0.3)
    def dawdle(self, *, seconds: float) -> None:
        """Takes its time, which its callers have not."""
        ...

    @call(EVERYBODY)
    def wait_here(self) -> int:
        """Returns when it is let go, with how many were here at once."""
        ...

    @call(EVERYBODY, mutates=True)
    def note(self, *, text: str) -> UUID:
        """Writes a note, and says so."""
        ...


class Front(Interface, Protocol):
    """Asks the desk for others."""

    service: ClassVar[str] = "front"

    @call(EVERYBODY)
    def ask_who(self) -> Who:
        """Who asks the desk, when the front does."""
        ...

    @call(EVERYBODY)
    def ask_fail(self, *, kind: str) -> None:
        """How the desk fails."""
        ...


@event("note.written", source="desk")
class NoteWritten(Event):
    """A note was written."""

    id: UUID
    text: str


@event("note.filed", source="archive")
class NoteFiled(Event):
    """A note was filed, in one of two ways."""

    id: UUID
    how: str


class Base(DeclarativeBase):
    metadata = new_metadata()


class Note(Base):
    """What the desk wrote."""

    __tablename__ = "notes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str]


class Filed(Base):
    """What the archive did: a row each time, so that twice shows."""

    __tablename__ = "filed"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    note: Mapped[UUID]
    how: Mapped[str]
    at_desk: Mapped[str]


FAILURES: dict[str, errors.Failure] = {
    "invalid": errors.Invalid.fields("desk.invalid", {"lines[0].text": "is rude", "b": "is bad"}),
    "unauthenticated": errors.Unauthenticated("desk.signed_out", "Sign in again"),
    "forbidden": errors.Forbidden("desk.forbidden", "Not you", right="x"),
    "not_found": errors.NotFound("desk.not_found", "There is none", id=str(UUID(int=7))),
    "conflict": errors.Conflict("desk.closed", "It is closed", until="nine"),
    "stale": errors.Stale("desk.changed", "Somebody was faster", version=3),
    "too_many": errors.TooMany("desk.too_many", "Slowly", retry_after=2.5),
    "unavailable": errors.Unavailable("desk.asleep", "Later"),
    "internal": errors.Internal("desk.broken", "Broken"),
}


class Rooms:
    """Where calls of `wait_here` wait."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.door = eventlet.Event()

    def wait(self) -> int:
        """Until the test opens the door."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.door.wait()
        self.inside -= 1
        return self.most


class DeskService:
    """Implements Desk."""

    name = "desk"
    implements = Desk
    store = Store()
    rooms = Rooms()

    @rpc
    def say(self, *, lines: list[Line], twice: bool) -> list[Line]:
        return lines * (1 + twice)

    @rpc
    def who(self) -> Who:
        return Who(context=current())

    @rpc
    def for_the_team(self) -> None:
        """Nothing."""

    @rpc
    def for_the_owner(self) -> None:
        """Nothing."""

    @rpc
    def for_services(self) -> None:
        """Nothing."""

    @rpc
    def fail(self, *, kind: str) -> None:
        raise FAILURES[kind]

    @rpc
    def misbehave(self, *, how: str) -> Any:
        return MISBEHAVIOUR[how](self.store.database)

    @rpc
    def dawdle(self, *, seconds: float) -> None:
        eventlet.sleep(seconds)

    @rpc
    def wait_here(self) -> int:
        return DeskService.rooms.wait()

    @rpc
    def note(self, *, text: str) -> UUID:
        with self.store.transaction() as session:
            id = new_id()
            session.add(Note(id=id, text=text))
            publish(session, NoteWritten(id=id, text=text))
            if text == "changes its mind":
                raise errors.Conflict("desk.changed_its_mind", "No")
        return id


def _raise(error: BaseException) -> Any:
    raise error


def _unsayable(details: Any) -> errors.Failure:
    return errors.Conflict("desk.unsayable", "It holds an object", thing=details)


MISBEHAVIOUR: dict[str, Callable[[Database], Any]] = {
    "unforeseen": lambda database: _raise(ZeroDivisionError("secret of the house")),
    "unsayable": lambda database: object(),
    "unsayable details": lambda database: _raise(_unsayable(object())),
    "wrong": lambda database: {"text": 7},
    "store away": lambda database: _raise(sa.exc.TimeoutError("no connection")),
    "bare timeout": lambda database: _raise(eventlet.Timeout(None)),
}


class FrontService:
    """Implements Front."""

    name = "front"
    implements = Front
    desk = Remote(Desk)

    @rpc
    def ask_who(self) -> Who:
        return self.desk.who()

    @rpc
    def ask_fail(self, *, kind: str) -> None:
        self.desk.fail(kind=kind)


class Script:
    """What the handlers do at each try, by the note's text; without a line they succeed."""

    def __init__(self) -> None:
        self.lines: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self.before: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self.tries: Counter[tuple[str, str]] = Counter()

    def play(self, how: str, text: str) -> None:
        """Inside the transaction."""
        if self.lines[text]:
            self.lines[text].pop(0)()

    def begin(self, how: str, text: str) -> None:
        """Before it."""
        self.tries[how, text] += 1
        if self.before[text]:
            self.before[text].pop(0)()


class ArchiveService:
    """Hears of each note, and files it in two ways."""

    name = "archive"
    store = Store()
    script = Script()

    @on(NoteWritten)
    def by_date(self, event: NoteWritten) -> None:
        self._file("date", event)

    @on(NoteWritten)
    def by_name(self, event: NoteWritten) -> None:
        self._file("name", event)

    def _file(self, how: str, event: NoteWritten) -> None:
        ArchiveService.script.begin(how, event.text)
        with self.store.once() as session:
            file(session, how, event)
            ArchiveService.script.play(how, event.text)


class ClerkService:
    """Hears of each note once, and can be told to fail."""

    name = "clerk"
    store = Store()
    script = Script()

    @on(NoteWritten)
    def take_down(self, event: NoteWritten) -> None:
        script = ClerkService.script
        script.begin("clerk", event.text)
        if event.text == "nothing to do":
            return
        with self.store.once() as session:
            file(session, "clerk", event)
            script.play("clerk", event.text)


def file(session: Session, how: str, event: NoteWritten) -> None:
    """The effect: a row, and another event."""
    session.add(Filed(id=new_id(), note=event.id, how=how, at_desk=event.text))
    publish(session, NoteFiled(id=event.id, how=how))
    session.flush()


def filed(database: Database) -> Counter[tuple[str, str]]:
    """How often each note's text was filed in each way."""
    with database.reading(EVERYWHERE) as session:
        rows = session.execute(sa.select(Filed.how, Filed.at_desk)).all()
    return Counter((how, text) for how, text in rows)
