"""Two organisations in one table each see what they would see alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, object_session

from fairlead.store import EVERYWHERE, Database, Scoped, new_metadata

OURS, THEIRS = UUID(int=1), UUID(int=2)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Contact(Scoped, Base):
    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    calls: Mapped[int]


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


IDS = st.integers(1, 6)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([OURS, THEIRS]),
        st.sampled_from(["add", "core", "update", "change", "delete", "drop", "get", "list"]),
        IDS,
        st.integers(0, 99),
    ),
    max_size=25,
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_two_organisations_never_meet(database: Database, steps: list[Any]) -> None:
    """Whatever either does with any id, each sees what it would see alone."""
    with database.transaction(EVERYWHERE) as session:
        session.execute(delete(Contact))
    model: dict[int, tuple[UUID, int]] = {}
    for organisation, verb, key, value in steps:
        mine = {i: calls for i, (owner, calls) in model.items() if owner == organisation}
        with database.transaction(organisation) as session:
            _step(session, verb, key, value, mine, free=key not in model)
        model = {i: kept for i, kept in model.items() if kept[0] != organisation}
        model |= {i: (organisation, calls) for i, calls in mine.items()}
    with database.reading(EVERYWHERE) as session:
        rows = session.scalars(select(Contact))
        assert {row.id: (row.organisation_id, row.calls) for row in rows} == model


def _step(
    session: Session, verb: str, id: int, value: int, mine: dict[int, int], *, free: bool
) -> None:
    if verb in ("add", "core") and free:
        mine[id] = value
        if verb == "add":
            session.add(Contact(id=id, calls=value))
        else:
            session.execute(insert(Contact), [{"id": id, "calls": value}])
    elif verb == "update":
        session.execute(update(Contact).where(Contact.id >= id).values(calls=value))
        mine.update({i: value for i in mine if i >= id})
    elif verb == "delete":
        session.execute(delete(Contact).where(Contact.id >= id))
        for i in [i for i in mine if i >= id]:
            del mine[i]
    elif verb == "list":
        rows = session.execute(select(Contact.id, Contact.calls))
        assert {row.id: row.calls for row in rows} == mine
    elif verb in ("get", "change", "drop"):
        contact = session.get(Contact, id)
        assert (contact is not None) == (id in mine)
        if contact is not None and verb == "change":
            contact.calls = mine[id] = value
        if contact is not None and verb == "drop":
            assert object_session(contact) is session
            session.delete(contact)
            del mine[id]
