"""Pages by the place where the last one ended."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import enum
import itertools
import random
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead.errors import Invalid
from fairlead.store import (
    COLUMN_TYPES,
    EVERYWHERE,
    JSON,
    BadPage,
    Database,
    Order,
    Page,
    Scoped,
    new_metadata,
    page,
)

OURS, THEIRS = UUID(int=1), UUID(int=2)
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


class Mood(enum.Enum):
    HAPPY = "happy"
    ANGRY = "angry"


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class Message(Scoped, Base):
    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    size: Mapped[int]
    subject: Mapped[str]
    price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2), default=Decimal(1))
    mood: Mapped[Mood] = mapped_column(default=Mood.HAPPY)
    note: Mapped[str | None]
    data: Mapped[Any] = mapped_column(JSON, nullable=True)


ORDERS = {
    "newest": Order(Message.at.desc(), Message.id.desc()),
    "oldest": Order(Message.at, Message.id),
    "mixed": Order(Message.size.desc(), Message.subject, Message.at.desc(), Message.id),
    "mixed up": Order(Message.subject, Message.size.desc(), Message.id.desc()),
    "key": Order(Message.id),
}


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


def _fill(database: Database, rows: list[tuple[int, int, str]]) -> None:
    with database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(Message))
        values = [
            {
                "id": UUID(int=random.Random(i).getrandbits(128)),
                "at": NOW + dt.timedelta(microseconds=at),
                "size": size,
                "subject": subject,
                "organisation_id": THEIRS if i % 5 == 4 else OURS,
            }
            for i, (at, size, subject) in enumerate(rows)
        ]
        if values:
            session.execute(insert(Message), values)


def _page(database: Database, order: Order, **options: Any) -> Page[Message]:
    with database.reading(OURS) as session:
        return page(session, select(Message), order, **options)


def _whole(database: Database, order: Order) -> list[UUID]:
    with database.reading(OURS) as session:
        clauses = order.clauses(down=order.down)
        return list(session.scalars(select(Message.id).order_by(*clauses)))


TIES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-1, 1), st.sampled_from(["", "a", "B", "ž"])),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TIES, name=st.sampled_from(sorted(ORDERS)), limit=st.integers(1, 5))
@example(rows=[(0, 0, "")] * 10, name="mixed", limit=2)
def test_the_pages_are_the_list_both_ways(
    database: Database, rows: list[tuple[int, int, str]], name: str, limit: int
) -> None:
    _fill(database, rows)
    order = ORDERS[name]
    whole = _whole(database, order)
    there, cursor = [], None
    while True:
        found = _page(database, order, cursor=cursor, limit=limit)
        there.append([item.id for item in found.items])
        if found.next is None:
            break
        cursor = found.next
    assert list(itertools.chain(*there)) == whole
    assert all(len(ids) == limit for ids in there[:-1])
    back = [there[-1]]
    while found.previous is not None:
        found = _page(database, order, cursor=found.previous, limit=limit)
        back.insert(0, [item.id for item in found.items])
    assert back == there


def test_the_ends_have_no_neighbours(database: Database) -> None:
    order = ORDERS["newest"]
    assert _page(database, order) == Page([], None, None)
    _fill(database, [(i, 0, "") for i in range(4)])
    first = _page(database, order, limit=2)
    assert first.previous is None
    assert first.next is not None
    last = _page(database, order, limit=2, cursor=first.next)
    assert last.next is None
    assert last.previous is not None
    again = _page(database, order, limit=2, cursor=last.previous)
    assert again.items[0].id == first.items[0].id
    assert (again.previous, again.next) == (None, first.next)


def test_rows_that_come_meanwhile_repeat_nothing(database: Database) -> None:
    order = ORDERS["newest"]
    _fill(database, [(i, 0, "") for i in range(4)])
    first = _page(database, order, limit=2)
    with database.transaction(OURS) as session:
        session.add(Message(id=UUID(int=1), at=NOW + dt.timedelta(days=1), size=0, subject=""))
    second = _page(database, order, limit=2, cursor=first.next)
    assert not {item.id for item in first.items} & {item.id for item in second.items}


def test_every_kind_of_column_can_be_sorted_by(database: Database) -> None:
    _fill(database, [(i, i, str(i)) for i in range(4)])
    order = Order(Message.price, Message.mood, Message.organisation_id, Message.id)
    first = _page(database, order, limit=1)
    second = _page(database, order, limit=9, cursor=first.next)
    assert [*first.items, *second.items] != []
    assert [item.id for item in [*first.items, *second.items]] == _whole(database, order)


def test_one_column_can_be_selected(database: Database) -> None:
    _fill(database, [(0, 5, "a"), (0, 6, "b")])
    with database.reading(OURS) as session:
        found = page(session, select(Message.subject), Order(Message.size, Message.id))
    assert found.items == ["a", "b"]


def _cursor(database: Database, name: str = "mixed") -> str:
    _fill(database, [(0, 0, "a"), (0, 0, "b")])
    cursor = _page(database, ORDERS[name], limit=1).next
    assert cursor is not None
    return cursor


def _refused(database: Database, field: str, name: str = "mixed", **options: Any) -> None:
    with pytest.raises(BadPage) as caught:
        _page(database, ORDERS[name], **options)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, Invalid)
    assert caught.value.details["errors"][0]["field"] == field


@pytest.mark.parametrize("cursor", ["", "x", "=", "AAAA", "é", "\0", "x" * 5000, "a b", "-_-_" * 9])
def test_what_is_no_cursor_is_refused(database: Database, cursor: str) -> None:
    _refused(database, "cursor", cursor=cursor)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_cursor_that_was_changed_is_refused(database: Database, data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(_cursor(database) + "=="))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    _refused(database, "cursor", cursor=changed)


def test_a_cursor_of_another_list_is_refused(database: Database) -> None:
    _refused(database, "cursor", "newest", cursor=_cursor(database))
    _refused(database, "cursor", "oldest", cursor=_cursor(database, "newest"))


@pytest.mark.parametrize(
    "values",
    [(2**62, "", NOW, UUID(int=0)), (-(2**63), "\0", NOW, UUID(int=0)), (2**64 - 1, "", NOW, OURS)],
)
def test_a_forged_cursor_is_an_error_of_the_caller_at_most(
    database: Database, values: tuple[Any, ...]
) -> None:
    """The check is no signature: who reads this file can make a cursor."""
    forged = ORDERS["mixed"].encode("next", values)
    with contextlib.suppress(BadPage):
        assert _page(database, ORDERS["mixed"], cursor=forged).items == []


@pytest.mark.parametrize(
    "values", [("a", "", NOW, OURS), (1, "", NOW), (1, "", 2, OURS), (None, "", NOW, OURS)]
)
def test_a_cursor_has_the_columns_types(database: Database, values: tuple[Any, ...]) -> None:
    _refused(database, "cursor", cursor=ORDERS["mixed"].encode("next", values))


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9])
def test_a_limit_has_bounds(database: Database, limit: int) -> None:
    _refused(database, "limit", limit=limit)


def test_an_order_that_could_lose_rows_is_refused() -> None:
    with pytest.raises(TypeError, match="NULL"):
        Order(Message.note, Message.id)
    with pytest.raises(TypeError, match="NULL"):
        Order(Message.note.desc(), Message.id)
    with pytest.raises(TypeError):
        Order(-Message.size, Message.id)


def test_a_page_is_planned_for_what_narrows_it(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("only PostgreSQL keeps a plan for whatever values come")
    _fill(database, [(0, size, "a") for size in range(9)])
    prepared = sa.text("SELECT statement FROM pg_prepared_statements")
    with database.reading(EVERYWHERE) as session:
        for size in range(9):  # past the fifth, psycopg prepares and the server keeps a plan
            narrowed = select(Message).where(Message.size == size)
            assert len(page(session, narrowed, ORDERS["newest"]).items) == 1
            session.scalars(select(Message.id).where(Message.size == size)).one()
        kept = session.scalars(prepared).all()
    assert len([each for each in kept if "messages.size" in each]) == 1
    assert not [each for each in kept if "LIMIT" in each]
