"""A sweep goes through every table, some rows at a time, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead.bus.inbox import InboxRow, InboxStatus
from fairlead.erasing import Sweep, Traces, sweep
from fairlead.errors import Invalid
from fairlead.store import COLUMN_TYPES, EVERYWHERE, Database, Json, Scoped, new_id, new_metadata
from fairlead.store.migrations import FAIRLEAD, migrate
from fairlead.store.search import Entry, Index, Searched, Wanted, find, words

OURS, THEIRS = UUID(int=1), UUID(int=2)
NAME, MAIL = "Zulmira Quaresma", "zulmira@quaresma.example"
TRACES = Traces([NAME, MAIL])
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class Person(msgspec.Struct):
    name: str
    at: dt.datetime


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class Note(Searched, Base):
    __tablename__ = "notes"
    search_index = Index("n")

    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(40))
    people: Mapped[list[Person]] = mapped_column(Json(list[Person]))
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary)

    def search_entry(self, session: Session) -> Entry:
        return Entry(self.search_index, self.organisation_id, self.id, NOW, words(self.text))


class Page(Scoped, Base):
    __tablename__ = "pages"

    book: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class Employee(Scoped, Base):
    __tablename__ = "employees"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]


@pytest.fixture
def database(store: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(sweep, "ROWS", 3)
    migrate(store, FAIRLEAD)
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


def run(database: Database, **options: Any) -> int:
    swept, cursor, steps = 0, None, 0
    while True:
        with database.transaction(OURS) as session:
            found = Sweep(Base, **options).step(session, TRACES, cursor)
            swept += len(found.rows)
        cursor, steps = found.cursor, steps + 1
        assert steps < 50
        if cursor is None:
            return swept


def found(session: Session) -> list[Any]:
    wanted = Wanted(["zulmira"])
    return list(find(session, Note.search_index, wanted, Note.id, cursor=None, limit=50).items)


def test_no_table_keeps_a_word(database: Database) -> None:
    ids = [new_id() for _ in range(10)]
    with database.transaction(OURS) as session:
        for number, id in enumerate(ids):
            says = f"{number} for {NAME.upper()} at last"
            session.add(
                Note(id=id, text=says, people=[Person(NAME, NOW)], raw=b"\xff" + MAIL.encode())
            )
        session.add_all(Page(book="a", number=each, text=f"to {MAIL}") for each in range(8))
        session.add_all(Page(book="b", number=each, text="to nobody") for each in range(8))
    with database.transaction(THEIRS) as session:
        session.add(Page(book="c", number=1, text=NAME))
    with database.reading(OURS) as session:
        assert len(found(session)) == 10

    assert run(database) == 18
    with database.reading(OURS) as session:
        notes = session.scalars(sa.select(Note).order_by(Note.id)).all()
        assert {each.text[1:] for each in notes} == {" for Erased person at last"}
        assert {each.people[0].name for each in notes} == {"Erased person"}
        assert {each.people[0].at for each in notes} == {NOW}
        assert {each.raw for each in notes} == {b"\xfferased"}
        assert found(session) == []
        texts = session.execute(sa.select(Page.book, Page.text).order_by(Page.book)).all()
        assert set(map(tuple, texts)) == {("a", "to erased"), ("b", "to nobody")}
    with database.reading(THEIRS) as session:
        assert session.scalars(sa.select(Page.text)).all() == [NAME]
    assert run(database) == 0


def test_what_is_spared_stays_and_what_is_treated_is_not_written(database: Database) -> None:
    with database.transaction(OURS) as session:
        session.add(Employee(id=new_id(), name=NAME))
        session.add_all(Page(book="a", number=each, text=NAME) for each in range(2))

    def remove(session: Session, row: Page, traces: Traces) -> bool:
        session.delete(row)
        return True

    assert run(database, spared=[Employee], treated={Page: remove}) == 2
    with database.reading(OURS) as session:
        assert session.scalars(sa.select(Employee.name)).all() == [NAME]
        assert session.scalars(sa.select(Page)).all() == []


@pytest.mark.parametrize(
    ("topic", "stays"), [("conversation.changed.v1", False), ("itinerary.changed.v1", True)]
)
def test_a_failed_event_brings_nobody_back(database: Database, topic: str, stays: bool) -> None:
    """One about a person goes, one about a trip is done later without her name."""

    def body(organisation: UUID) -> bytes:
        return f'{{"organisation":"{organisation}","data":{{"name":"{NAME}"}}}}'.encode()

    def row(organisation: UUID) -> InboxRow:
        return InboxRow(
            event_id=uuid4(),
            handler="learn",
            topic=topic,
            status=InboxStatus.DEAD,
            body=body(organisation),
            error=f"{NAME} is unknown",
            attempts=12,
            received_at=NOW,
        )

    with database.transaction(EVERYWHERE) as session:
        session.add_all([row(OURS), row(THEIRS)])
    assert run(database) == 1
    with database.reading(EVERYWHERE) as session:
        left = session.scalars(sa.select(InboxRow)).all()
        bodies = {each.body for each in left}
    assert body(THEIRS) in bodies
    erased = body(OURS).replace(NAME.encode(), b"Erased person")
    assert bodies == ({body(THEIRS), erased} if stays else {body(THEIRS)})


@pytest.mark.parametrize("cursor", ["", "x", "WzAsWyJhIl1d", "Wzk5LG51bGxd"])
def test_a_cursor_that_is_none_is_refused(database: Database, cursor: str) -> None:
    with database.transaction(OURS) as session, pytest.raises(Invalid):
        Sweep(Base).step(session, TRACES, cursor)
