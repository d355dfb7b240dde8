"""What an exception says of PostgreSQL, from real failures of a real server."""

from __future__ import annotations

import threading
import time
from contextlib import closing

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead.store import (
    EVERYWHERE,
    Database,
    is_away,
    is_serialization,
    new_metadata,
)
from scripts.servers.ports import free_ports
from scripts.servers.postgresql import PostgreSQL


class Base(DeclarativeBase):
    metadata = new_metadata()


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def _away(database: Database) -> None:
    with closing(database), pytest.raises(sa.exc.OperationalError) as caught:
        database.ping()
    assert is_away(caught.value), repr(caught.value)
    assert not is_serialization(caught.value)


@pytest.mark.servers
def test_a_server_that_is_not_there_is_away() -> None:
    (port,) = free_ports(1)
    _away(Database(f"postgresql://a:b@127.0.0.1:{port}/c", name="trial"))


@pytest.mark.servers
def test_a_connection_that_was_cut_is_away(database_url: str, postgresql: PostgreSQL) -> None:
    database = Database(database_url, name="trial")

    def be_cut() -> None:
        with database.transaction(EVERYWHERE) as session:
            backend = session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(postgresql.superuser_url, autocommit=True) as superuser:
                superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
            session.scalar(select(1))

    with pytest.raises(sa.exc.DBAPIError) as caught:
        be_cut()
    assert is_away(caught.value)
    database.ping()
    database.close()


@pytest.mark.servers
def test_a_server_without_room_is_away(database_url: str, postgresql: PostgreSQL) -> None:
    role = sa.make_url(database_url).username
    with psycopg.connect(postgresql.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"ALTER ROLE {role} CONNECTION LIMIT 1")
    with psycopg.connect(database_url):
        _away(Database(database_url, name="trial"))


@pytest.mark.servers
def test_a_pool_without_room_is_away(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairlead.store.postgresql.WAIT_SECONDS", 0.1)
    database = Database(database_url, name="trial", pool_size=1, max_overflow=0)
    errors: list[BaseException] = []

    def read() -> None:
        try:
            database.ping()
        except sa.exc.TimeoutError as error:
            errors.append(error)

    with database.reading(EVERYWHERE):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert is_away(errors[0])
    database.close()


@pytest.mark.servers
def test_a_query_that_takes_too_long_is_not_away(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairlead.store.postgresql.STATEMENT_SECONDS", 1)
    database = Database(database_url, name="trial")
    with pytest.raises(sa.exc.DBAPIError) as caught, database.reading(EVERYWHERE) as session:
        session.execute(text("SELECT pg_sleep(20)"))
    assert not is_away(caught.value)
    database.ping()
    database.close()


@pytest.mark.servers
def test_a_restarted_server_is_met_with_new_connections() -> None:
    with PostgreSQL(durable=False) as server:
        url = server.create_database("restarted")
        database = Database(url, name="trial")
        database.ping()
        server.stop()
        with pytest.raises(sa.exc.OperationalError) as caught:
            database.ping()
        assert is_away(caught.value)
        server.start()
        database.ping()
        database.close()


def _at_once(database: Database, many: int) -> None:
    barrier = threading.Barrier(many)

    def read() -> None:
        with database.reading(EVERYWHERE) as session:
            session.execute(select(1))
            barrier.wait(10)

    threads = [threading.Thread(target=read) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _backends(postgresql: PostgreSQL, name: str) -> set[int]:
    with psycopg.connect(postgresql.superuser_url, autocommit=True) as superuser:
        found = superuser.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [name]
        )
        return {pid for (pid,) in found}


@pytest.mark.servers
def test_connections_stay_open_for_the_next_who_want_as_many(
    database_url: str, postgresql: PostgreSQL
) -> None:
    database = Database(database_url, name="kept open")
    _at_once(database, 12)
    opened = _backends(postgresql, "kept open")
    _at_once(database, 12)
    assert len(opened) == 12
    assert _backends(postgresql, "kept open") == opened
    database.close()


@pytest.mark.servers
def test_what_a_burst_opened_ends_when_nobody_uses_it(
    database_url: str, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairlead.store.postgresql.KEPT_SECONDS", 1)
    database = Database(database_url, name="burst")
    _at_once(database, 6)
    [last] = _busy_until_alone(database, postgresql)
    _at_once(database, 6)  # meets the others' remains, and nobody notices
    assert last in _backends(postgresql, "burst")
    database.close()


def _busy_until_alone(database: Database, postgresql: PostgreSQL) -> set[int]:
    """Use one connection at a time until the server has ended all others."""
    deadline = time.monotonic() + 20
    while len(left := _backends(postgresql, "burst")) > 1:
        assert time.monotonic() < deadline, left
        database.ping()
        time.sleep(0.05)
    return left


@pytest.mark.servers
def test_two_that_wait_for_each_other_may_try_again(database_url: str) -> None:
    database = Database(database_url, name="trial")
    with database.exclusive() as connection:
        Base.metadata.create_all(connection)
    with database.transaction(EVERYWHERE) as session:
        session.add_all([Person(id=i, name=str(i)) for i in (1, 2)])
    barrier, errors = threading.Barrier(2), []

    def swap(first: int, second: int) -> None:
        try:
            with database.transaction(EVERYWHERE) as session:
                session.get_one(Person, first).name += "?"
                session.flush()
                barrier.wait(10)
                session.get_one(Person, second).name += "!"
        except sa.exc.OperationalError as error:
            errors.append(error)

    threads = [threading.Thread(target=swap, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    assert is_serialization(errors[0])
    assert not is_away(errors[0])
    database.close()


@pytest.mark.servers
def test_of_idle_connections_that_died_nobody_hears(
    database_url: str, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairlead.store.postgresql.TRUSTED_SECONDS", 0.0)
    database = Database(database_url, name="idle")
    database.ping()
    with psycopg.connect(postgresql.superuser_url, autocommit=True) as superuser:
        cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s"
        assert superuser.execute(cut, [sa.make_url(database_url).username]).fetchall() == [(True,)]
    database.ping()
    database.close()
