"""What an exception says of the store, from real failures of real databases."""

from __future__ import annotations

import sqlite3
import threading
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead.store import (
    EVERYWHERE,
    Database,
    StoreBusy,
    is_away,
    is_duplicate,
    is_serialization,
    new_metadata,
)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Person(Base):
    __tablename__ = "people"
    __table_args__ = (
        sa.UniqueConstraint("city", "name"),
        sa.Index(
            "one_mayor",
            "city",
            unique=True,
            sqlite_where=sa.text("mayor"),
            postgresql_where=sa.text("mayor"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    city: Mapped[str]
    name: Mapped[str] = mapped_column(sa.CheckConstraint("name <> ''", name="named"))
    mayor: Mapped[bool] = mapped_column(default=False)
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


@pytest.fixture
def database(store: Database) -> Database:
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    with store.transaction(EVERYWHERE) as session:
        session.add(Person(id=1, city="Brno", name="Eva", mayor=True))
    return store


def _caught(database: Database, **values: object) -> BaseException:
    with (
        pytest.raises(sa.exc.SQLAlchemyError) as caught,
        database.transaction(EVERYWHERE) as session,
    ):
        session.add(Person(**values))
    return caught.value


PRIMARY, UNIQUE, PARTIAL = "pk_people", "uq_people_city_name", "one_mayor"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"id": 1, "city": "Olomouc", "name": "Jan"}, PRIMARY),
        ({"id": 2, "city": "Brno", "name": "Eva"}, UNIQUE),
        ({"id": 2, "city": "Brno", "name": "Jan", "mayor": True}, PARTIAL),
    ],
)
def test_a_duplicate_says_which_key_it_met(
    database: Database, values: dict[str, object], name: str
) -> None:
    error = _caught(database, **values)
    assert is_duplicate(error)
    assert [key for key in (PRIMARY, UNIQUE, PARTIAL) if is_duplicate(error, key)] == [name]
    assert not is_away(error)
    assert not is_serialization(error)
    with pytest.raises(LookupError):
        is_duplicate(error, "uq_people_nmae")
    outer = RuntimeError("no room")
    outer.__cause__ = error
    assert is_duplicate(outer, name)


@pytest.mark.parametrize(
    "values",
    [
        {"id": 2, "city": "Brno", "name": ""},
        {"id": 2, "city": None, "name": "Jan"},
        {"id": 2, "city": "Brno", "name": "Jan", "boss_id": 99},
    ],
)
def test_a_wrong_row_is_neither(database: Database, values: dict[str, object]) -> None:
    error = _caught(database, **values)
    assert not is_duplicate(error)
    assert not is_away(error)
    assert not is_serialization(error)


def test_a_wrong_statement_is_not_away(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught, database.reading(EVERYWHERE) as session:
        session.execute(text("SELECT nothing FROM nowhere"))
    assert not is_away(caught.value)
    assert not is_away(ValueError())
    assert not is_away(sqlite3.IntegrityError())


def test_errors_hold_no_values(database: Database) -> None:
    """They are logged, and a log holds no message bodies."""
    refused = _caught(database, id=2, city="private words", name="")
    duplicate = _caught(database, id=1, city="private words", name="Jan")
    for error in (refused, duplicate):
        assert "private words" not in "".join(traceback.format_exception(error))
    assert is_duplicate(duplicate, "pk_people")


# SQLite


def _away(database: Database) -> None:
    with (
        closing(database),
        pytest.raises(Exception, match=r".") as caught,
        database.transaction(EVERYWHERE) as session,
    ):
        session.add_all([Person(city="Brno", name="x" * 5000 + str(i)) for i in range(200)])
    assert is_away(caught.value), repr(caught.value)
    assert not is_serialization(caught.value)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[tuple[Path, Database]]:
    path = tmp_path / "store.db"
    database = Database(f"sqlite:///{path}", name="trial")
    with database.exclusive() as connection:
        Base.metadata.create_all(connection)
    yield path, database
    database.close()


def test_a_file_that_somebody_else_keeps_locked_is_away(
    file: tuple[Path, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, database = file
    monkeypatch.setattr("fairlead.store.sqlite.WAIT_SECONDS", 0.1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    _away(database)
    other.execute("ROLLBACK")
    other.close()
    database.ping()


def test_a_turn_that_does_not_come_is_away(
    file: tuple[Path, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, database = file
    monkeypatch.setattr("fairlead.store.sqlite.WAIT_SECONDS", 0.1)
    same = Database(f"sqlite:///{path.parent}/./{path.name}", name="other")
    errors: list[BaseException] = []

    def write() -> None:
        try:
            with same.transaction(EVERYWHERE):
                pass
        except StoreBusy as error:
            errors.append(error)

    with database.transaction(EVERYWHERE):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
    assert is_away(errors[0])
    same.close()


def test_a_full_disk_is_away(file: tuple[Path, Database]) -> None:
    _, database = file
    sa.event.listen(
        database._store.engine,
        "begin",
        lambda connection: connection.connection.driver_connection.execute(
            "PRAGMA max_page_count=20"
        ),
    )
    _away(database)


def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database " * 1000)
    _away(Database(f"sqlite:///{path}", name="trial"))


def test_a_folder_that_is_not_there_is_away(tmp_path: Path) -> None:
    _away(Database(f"sqlite:///{tmp_path}/no/store.db", name="trial"))
