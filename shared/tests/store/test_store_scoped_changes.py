"""Updates, deletes and lookups stay inside the organisation, whatever ids they are given."""

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
    ReadOnly,
    Scoped,
    ScopeViolation,
    insert_into,
    new_metadata,
    organisation_of,
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


class Country(Base):
    """A table that belongs to nobody."""

    __tablename__ = "countries"

    code: Mapped[str] = mapped_column(primary_key=True)


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

WRITES: dict[str, Callable[[Session], Any]] = {
    "update": lambda s: s.execute(update(Contact).values(calls=7)),
    "update fetched": lambda s: s.execute(
        update(Contact).values(calls=7), execution_options={"synchronize_session": "fetch"}
    ),
    "update returning": lambda s: s.execute(
        update(Contact).values(calls=7).returning(Contact.id)
    ).all(),
    "update by id": lambda s: [
        s.execute(update(Contact).where(Contact.id == key).values(calls=7)) for key in (1, 2)
    ],
    "update where": lambda s: s.execute(
        update(Contact).where(Contact.id.in_(select(Note.contact_id))).values(calls=7)
    ),
    "legacy query": lambda s: s.query(Contact).update({"calls": 7}),
}


@pytest.mark.parametrize("how", WRITES)
def test_an_update_changes_only_the_organisations_rows(database: Database, how: str) -> None:
    with database.transaction(OURS) as session:
        ours = session.get_one(Contact, 1)
        WRITES[how](session)
        session.refresh(ours)
        assert ours.calls == 7
    assert _contacts(database) == [(1, OURS, "a@x.example", 7), BEFORE[1]]


def test_a_delete_takes_only_the_organisations_rows(database: Database) -> None:
    with database.transaction(OURS) as session:
        session.execute(delete(Note))
        assert session.execute(delete(Note).where(Note.id == 2)).rowcount == 0  # type: ignore[attr-defined]
    with database.reading(EVERYWHERE) as session:
        assert list(session.scalars(select(Note.id).order_by(Note.id))) == [2, 3]


def test_an_update_may_read_scoped_rows_in_its_values(database: Database) -> None:
    longest = select(func.count(Note.id)).where(Note.contact_id == Contact.id).scalar_subquery()
    with database.transaction(OURS) as session:
        session.execute(update(Contact).values(calls=longest + 5))
    assert _contacts(database)[0] == (1, OURS, "a@x.example", 6)


def test_an_insert_from_a_select_reads_one_organisation(database: Database) -> None:
    with database.transaction(OURS) as session:
        session.execute(
            insert(Contact).from_select(
                ["id", "email", "calls"],
                select(Contact.id + 10, Contact.email + "!", Contact.calls),
            )
        )
    assert _contacts(database) == [*BEFORE, (11, OURS, "a@x.example!", 0)]


def test_an_upsert_meets_only_the_organisations_row(database: Database) -> None:
    with database.transaction(OURS) as session:
        statement = insert_into(session, Contact)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[Contact.organisation_id, Contact.email],
                set_={"calls": statement.excluded.calls},
            ),
            [{"id": 3, "email": "a@x.example", "calls": 5}, {"id": 4, "email": "b", "calls": 1}],
        )
    assert _contacts(database) == [(1, OURS, "a@x.example", 5), BEFORE[1], (4, OURS, "b", 1)]


def test_a_row_of_another_organisation_is_not_found_by_its_key(database: Database) -> None:
    with database.transaction(OURS) as session:
        assert session.get(Contact, 2) is None
        assert session.get(Contact, 1, with_for_update=True) is not None
        assert [note.id for note in session.get_one(Contact, 1).notes] == [1]
        with pytest.raises(sa.exc.InvalidRequestError):
            session.refresh(_detached(2))


def _detached(id: int) -> Contact:
    contact = Contact(id=id)
    sa.orm.make_transient_to_detached(contact)
    return contact


def test_a_pending_objects_relationships_are_scoped(database: Database) -> None:
    with database.transaction(OURS) as session:
        note = Note(id=9, contact_id=2, text="-")
        session.add(note)
        session.flush()
        assert note.contact is None


def test_one_organisations_statement_is_not_anothers(database: Database) -> None:
    """Compiled statements are kept and shared; the organisation in them must not be."""
    for organisation, key in [(OURS, 1), (THEIRS, 2)] * 3:
        with database.transaction(organisation) as session:
            assert session.scalars(select(Contact.id)).all() == [key]
            assert session.get(Contact, 3 - key) is None
            session.execute(update(Contact).values(calls=Contact.calls + key))
    assert [calls for *_, calls in _contacts(database)] == [3, 6]


def _fail_inside(session: Session) -> None:
    with session.begin_nested():
        session.add(Contact(id=1, email="again"))
        session.flush()


def test_after_a_failed_flush_the_border_still_stands(database: Database) -> None:
    with database.transaction(OURS) as session:
        with pytest.raises(IntegrityError):
            _fail_inside(session)
        with pytest.raises(ScopeViolation):
            session.execute(delete(CONTACTS))
        session.add(Contact(id=5, email="c"))
    assert [row[0] for row in _contacts(database)] == [1, 2, 5]


def test_tables_that_belong_to_nobody_are_free(database: Database) -> None:
    with database.transaction(OURS) as session:
        session.add(Country(code="CZ"))
        session.execute(insert(sa.table("countries", sa.column("code"))).values(code="AT"))
        assert {*session.scalars(select(Country.__table__.c.code))} == {"AT", "CZ"}
        assert {*session.scalars(select(Country.code).join(Contact, sa.true()))} == {"AT", "CZ"}


def test_a_session_knows_its_organisation(database: Database) -> None:
    with database.transaction(OURS) as session:
        assert organisation_of(session) == OURS
    with database.reading(EVERYWHERE) as session:
        assert organisation_of(session) is None
    with pytest.raises(ScopeViolation):
        organisation_of(Session())
    for wrong in (None, str(OURS), 1):
        with pytest.raises(TypeError), database.reading(wrong):  # type: ignore[arg-type]
            pass


def _add(session: Session) -> None:
    session.add(Contact(id=3, email="b"))
    session.flush()


READ_ONLY: dict[str, Callable[[Session], Any]] = {
    "object": _add,
    "insert": lambda s: s.execute(insert(Contact).values(id=3, organisation_id=OURS)),
    "update": lambda s: s.execute(update(Contact).values(calls=7)),
    "delete": lambda s: s.execute(delete(Note)),
}


@pytest.mark.parametrize("how", READ_ONLY)
@pytest.mark.parametrize("reach", [OURS, EVERYWHERE])
def test_reading_changes_nothing(database: Database, how: str, reach: Any) -> None:
    with pytest.raises(ReadOnly), database.reading(reach) as session:
        READ_ONLY[how](session)
    with pytest.raises(sa.exc.DBAPIError), database.reading(EVERYWHERE) as session:
        session.execute(sa.text("UPDATE contacts SET calls = 7"))
    assert _contacts(database) == BEFORE
