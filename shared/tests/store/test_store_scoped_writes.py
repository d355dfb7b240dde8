"""A session inserts for its organisation, and what would cross the border is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import ForeignKey, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
)

from fairlead.store import (
    EVERYWHERE,
    Database,
    Scoped,
    ScopeViolation,
    insert_into,
    insert_many,
    is_duplicate,
    new_metadata,
)

OURS, THEIRS = UUID(int=1), UUID(int=2)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Contact(Scoped, Base):
    __tablename__ = "contacts"
    __table_args__ = (sa.UniqueConstraint("organisation_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    calls: Mapped[int] = mapped_column(default=0)
    notes: Mapped[list[Note]] = relationship(back_populates="contact", cascade="all, delete-orphan")


class Note(Scoped, Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))
    text: Mapped[str]
    contact: Mapped[Contact] = relationship(back_populates="notes")


CONTACTS: Any = Contact.__table__
State = list[tuple[Any, ...]]


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    with store.transaction(EVERYWHERE) as session:
        session.add_all(
            [
                Contact(id=1, email="a@x.example", organisation_id=OURS),
                Contact(id=2, email="a@x.example", organisation_id=THEIRS),
            ]
        )
        session.flush()
        session.add_all(
            [
                Note(id=1, contact_id=1, text="ours", organisation_id=OURS),
                Note(id=2, contact_id=2, text="theirs", organisation_id=THEIRS),
                Note(id=3, contact_id=1, text="theirs", organisation_id=THEIRS),
            ]
        )
    return store


def _contacts(database: Database) -> State:
    with database.reading(EVERYWHERE) as session:
        rows = session.execute(
            select(Contact.id, Contact.organisation_id, Contact.email, Contact.calls).order_by(
                Contact.id
            )
        )
        return [tuple(row) for row in rows]


BEFORE: State = [(1, OURS, "a@x.example", 0), (2, THEIRS, "a@x.example", 0)]

INSERTS: dict[str, Callable[[Session], Any]] = {
    "object": lambda s: s.add(Contact(id=3, email="b")),
    "object with ours": lambda s: s.add(Contact(id=3, email="b", organisation_id=OURS)),
    "values": lambda s: s.execute(insert(Contact).values(id=3, email="b")),
    "values with ours": lambda s: s.execute(
        insert(Contact).values(id=3, email="b", organisation_id=OURS)
    ),
    "many values": lambda s: s.execute(insert(Contact).values([{"id": 3, "email": "b"}])),
    "row": lambda s: s.execute(insert(Contact), {"id": 3, "email": "b"}),
    "rows": lambda s: s.execute(insert(Contact), [{"id": 3, "email": "b"}]),
    "returning": lambda s: s.scalars(insert(Contact).returning(Contact), [{"id": 3, "email": "b"}]),
    "or nothing": lambda s: s.execute(
        insert_into(s, Contact).values(id=3, email="b").on_conflict_do_nothing()
    ),
    "rows or nothing": lambda s: s.execute(
        insert_into(s, Contact).on_conflict_do_nothing(), [{"id": 3, "email": "b"}]
    ),
    "or update": lambda s: s.execute(
        insert_into(s, Contact)
        .values(id=3, email="b")
        .on_conflict_do_update(
            index_elements=[Contact.organisation_id, Contact.email], set_={"calls": 7}
        )
    ),
    "core": lambda s: s.execute(insert(CONTACTS).values(id=3, email="b", calls=0)),
    "core rows": lambda s: s.execute(insert(CONTACTS), [{"id": 3, "email": "b", "calls": 0}]),
    "many": lambda s: insert_many(s, Contact, [{"id": 3, "email": "b"}]),
    "many or nothing": lambda s: insert_many(s, Contact, [{"id": 3, "email": "b"}], known=True),
    "legacy bulk": lambda s: s.bulk_insert_mappings(sa.inspect(Contact), [{"id": 3, "email": "b"}]),
    "legacy bulk objects": lambda s: s.bulk_save_objects([Contact(id=3, email="b")]),
}


@pytest.mark.parametrize("how", INSERTS)
def test_an_insert_gets_the_organisation(database: Database, how: str) -> None:
    with database.transaction(OURS) as session:
        INSERTS[how](session)
    assert _contacts(database) == [*BEFORE, (3, OURS, "b", 0)]


@pytest.mark.parametrize("how", INSERTS)
def test_everywhere_an_insert_must_say_its_organisation(database: Database, how: str) -> None:
    if how.endswith("with ours"):
        with database.transaction(EVERYWHERE) as session:
            INSERTS[how](session)
        assert len(_contacts(database)) == 3
        return
    with (
        pytest.raises(ScopeViolation, match="must say"),
        database.transaction(EVERYWHERE) as session,
    ):
        INSERTS[how](session)
    assert _contacts(database) == BEFORE


def test_many_rows_come_after_what_they_refer_to_and_may_be_known(database: Database) -> None:
    with database.transaction(OURS) as session:
        session.add(Contact(id=3, email="b"))
        insert_many(session, Note, [{"id": n, "contact_id": 3, "text": "-"} for n in (7, 8, 9)])
        insert_many(session, Note, [])
        rows = [
            {"id": 3, "email": "new"},
            {"id": 4, "email": "a@x.example"},
            {"id": 5, "email": "c"},
        ]
        insert_many(session, Contact, rows, known=True)
        assert session.scalars(select(Note.id).where(Note.contact_id == 3)).all() == [7, 8, 9]
    assert _contacts(database) == [*BEFORE, (3, OURS, "b", 0), (5, OURS, "c", 0)]
    with pytest.raises(IntegrityError), database.transaction(OURS) as session:
        insert_many(session, Contact, [{"id": 5, "email": "c"}])


def _foreign_child(session: Session) -> None:
    contact = session.get_one(Contact, 1)
    contact.notes.append(Note(id=9, text="-", organisation_id=THEIRS))


def _move(session: Session) -> None:
    session.get_one(Contact, 1).organisation_id = THEIRS


FOREIGN = {"id": 3, "email": "b", "organisation_id": THEIRS}
MOVED = {"organisation_id": THEIRS}

VIOLATIONS: dict[str, Callable[[Session], Any]] = {
    "object": lambda s: s.add(Contact(**FOREIGN)),
    "child": _foreign_child,
    "moved": _move,
    "values": lambda s: s.execute(insert(Contact).values(**FOREIGN)),
    "many values": lambda s: s.execute(
        insert(Contact).values([{"id": 4, "email": "c", "organisation_id": OURS}, FOREIGN])
    ),
    "rows": lambda s: s.execute(
        insert(Contact), [{"id": 4, "email": "c", "organisation_id": OURS}, FOREIGN]
    ),
    "or nothing": lambda s: s.execute(
        insert_into(s, Contact).values(**FOREIGN).on_conflict_do_nothing()
    ),
    "rows or nothing": lambda s: s.execute(
        insert_into(s, Contact).on_conflict_do_nothing(), [FOREIGN]
    ),
    "many": lambda s: insert_many(s, Contact, [FOREIGN]),
    "many or nothing": lambda s: insert_many(s, Contact, [FOREIGN], known=True),
    "upsert by id": lambda s: s.execute(
        insert_into(s, Contact)
        .values(id=2, email="b")
        .on_conflict_do_update(index_elements=[Contact.id], set_={"calls": 7})
    ),
    "upsert that moves": lambda s: s.execute(
        insert_into(s, Contact)
        .values(id=2, email="a@x.example")
        .on_conflict_do_update(
            index_elements=[Contact.organisation_id, Contact.email],
            set_={"organisation_id": THEIRS},
        )
    ),
    "expression": lambda s: s.execute(
        insert(Contact).values(id=3, organisation_id=func.coalesce(None, str(THEIRS)))
    ),
    "from select": lambda s: s.execute(
        insert(Contact).from_select(
            ["id", "organisation_id"], select(Contact.id + 9, Contact.organisation_id)
        )
    ),
    "from core": lambda s: s.execute(
        insert(Contact).from_select(["id", "email"], select(CONTACTS.c.id + 9, CONTACTS.c.email))
    ),
    "core values": lambda s: s.execute(insert(CONTACTS).values(**FOREIGN, calls=0)),
    "core update": lambda s: s.execute(update(CONTACTS).values(calls=7)),
    "core delete": lambda s: s.execute(delete(CONTACTS)),
    "update that moves": lambda s: s.execute(update(Contact).values(**MOVED)),
    # SQLAlchemy 2.1 gives no criterion to the second table of an UPDATE or a DELETE.
    "update from": lambda s: s.execute(
        update(Contact).where(Note.contact_id == Contact.id).values(calls=7)
    ),
    "update by key": lambda s: s.execute(update(Contact), [{"id": 2, "calls": 7}]),
    "legacy update by key": lambda s: s.bulk_update_mappings(
        sa.inspect(Contact), [{"id": 2, "calls": 7}]
    ),
    "text": lambda s: s.execute(sa.text("UPDATE contacts SET calls = 7")),
    "text in update": lambda s: s.execute(
        update(Contact).where(sa.text("1=1 OR 2=2")).values(calls=7)
    ),
    "driver": lambda s: s.connection().exec_driver_sql("UPDATE contacts SET calls = 7"),
    "connection": lambda s: s.connection().execute(select(Contact.id)),
    "connection update": lambda s: s.connection().execute(update(Contact).values(calls=7)),
}


@pytest.mark.parametrize("how", VIOLATIONS)
def test_what_crosses_the_border_is_refused(database: Database, how: str) -> None:
    with pytest.raises(ScopeViolation), database.transaction(OURS) as session:
        VIOLATIONS[how](session)
    assert _contacts(database) == BEFORE


FOREIGN_OBJECTS: dict[str, Callable[[Session, Contact], Any]] = {
    "changed": lambda _, contact: setattr(contact, "calls", 7),
    "taken": lambda _, contact: setattr(contact, "organisation_id", OURS),
    "deleted": lambda session, contact: session.delete(contact),
}


@pytest.mark.parametrize("how", FOREIGN_OBJECTS)
def test_a_row_from_another_session_cannot_be_changed(database: Database, how: str) -> None:
    with database.reading(THEIRS) as session:
        theirs = session.get_one(Contact, 2)

    def change() -> None:
        with database.transaction(OURS) as session:
            session.add(theirs)
            FOREIGN_OBJECTS[how](session, theirs)

    with pytest.raises(ScopeViolation):
        change()
    assert _contacts(database) == BEFORE


def test_a_row_cannot_be_taken_by_its_key(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.transaction(OURS) as session:
        session.merge(Contact(id=2, email="taken", organisation_id=OURS))
    assert is_duplicate(caught.value, "pk_contacts")
    assert _contacts(database) == BEFORE
