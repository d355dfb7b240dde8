"""PostgreSQL keeps organisations apart even for statements that the ORM never saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg import errors
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead.store import (
    EVERYWHERE,
    Database,
    Scoped,
    bypasses_row_security,
    enable_row_security,
    new_metadata,
    unprotected_tables,
)
from scripts.servers.postgresql import PostgreSQL

OURS, THEIRS = UUID(int=1), UUID(int=2)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Contact(Scoped, Base):
    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Order(Scoped, Base):
    __tablename__ = "order"  # must be quoted

    id: Mapped[int] = mapped_column(primary_key=True)


def _secure(database: Database, *tables: str) -> None:
    with database.exclusive() as connection:
        for table in tables:
            enable_row_security(Operations(MigrationContext.configure(connection)), table)


def test_a_table_is_unprotected_until_its_migration_says_otherwise(store: Database) -> None:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    if store.dialect == "sqlite":
        _secure(store, "contacts", "order")
        assert unprotected_tables(store) == []
        return
    assert unprotected_tables(store) == ["contacts", "order"]
    _secure(store, "contacts", "order")
    assert unprotected_tables(store) == []
    with store.exclusive() as connection:
        connection.exec_driver_sql("ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY")
    assert unprotected_tables(store) == ["contacts"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, name="trial")
    with database.exclusive() as connection:
        Base.metadata.create_all(connection)
    _secure(database, "contacts", "order")
    with database.transaction(EVERYWHERE) as session:
        session.add_all(
            [
                Contact(id=1, name="ours", organisation_id=OURS),
                Contact(id=2, name="theirs", organisation_id=THEIRS),
            ]
        )
    yield database
    database.close()


@pytest.fixture
def raw(database: Database, database_url: str) -> Iterator[psycopg.Connection]:
    """A client that knows nothing of organisations, as the role that owns the tables."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def _names(raw: psycopg.Connection) -> list[str]:
    return [name for (name,) in raw.execute("SELECT name FROM contacts ORDER BY id")]


def _choose(raw: psycopg.Connection, organisation: object) -> None:
    raw.execute("SELECT set_config('fairlead.organisation', %s, true)", [str(organisation)])


@pytest.mark.servers
def test_who_says_nothing_sees_nothing(raw: psycopg.Connection) -> None:
    assert _names(raw) == []
    with pytest.raises(errors.InsufficientPrivilege):
        raw.execute("INSERT INTO contacts VALUES (3, 'new', %s)", [OURS])
    assert raw.execute("UPDATE contacts SET name = 'x'").rowcount == 0
    assert raw.execute("DELETE FROM contacts").rowcount == 0


@pytest.mark.servers
def test_who_names_an_organisation_sees_its_rows_until_the_commit(raw: psycopg.Connection) -> None:
    with raw.transaction():
        _choose(raw, OURS)
        assert _names(raw) == ["ours"]
        assert raw.execute("UPDATE contacts SET name = 'x' WHERE id = 2").rowcount == 0
        assert raw.execute("DELETE FROM contacts WHERE id = 2").rowcount == 0
        raw.execute(
            "INSERT INTO contacts (id, name, organisation_id) VALUES (3, 'new', %s)", [OURS]
        )
    assert _names(raw) == []  # the setting is '' now, and no longer NULL
    with raw.transaction():
        _choose(raw, "*")
        assert _names(raw) == ["ours", "theirs", "new"]


@pytest.mark.servers
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO contacts (id, name, organisation_id) VALUES (3, 'new', %s)",
        "UPDATE contacts SET organisation_id = %s",
    ],
)
def test_nobody_writes_a_row_for_another(raw: psycopg.Connection, statement: LiteralString) -> None:
    with raw.transaction(force_rollback=True):
        _choose(raw, OURS)
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute(statement, [THEIRS])


@pytest.mark.servers
def test_a_session_tells_it_to_the_database(database: Database) -> None:
    contacts = sa.text("SELECT name FROM contacts ORDER BY id")

    def names(organisation: UUID) -> list[str]:
        # Past the ORM and its guard, on the connection of a scoped session.
        with database.reading(organisation) as session:
            cursor = session.connection().connection.cursor()
            return [name for (name,) in cursor.execute(contacts.text)]

    assert names(OURS) == ["ours"]
    assert names(THEIRS) == ["theirs"]
    with database.reading(EVERYWHERE) as session:
        assert session.scalars(contacts).all() == ["ours", "theirs"]
    with database._store.engine.connect() as connection:
        assert connection.scalars(contacts).all() == []


@pytest.mark.servers
def test_a_superuser_is_told_from_a_role_that_is_bound(
    database: Database, postgresql: PostgreSQL
) -> None:
    assert not bypasses_row_security(database)
    superuser = Database(postgresql.superuser_url, name="trial")
    assert bypasses_row_security(superuser)
    superuser.close()
