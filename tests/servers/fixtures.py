"""Fixtures that give a test a real broker and a real database; a plugin of every test run.

`make test` starts one of each for all its workers and says where in FAIRLEAD_TEST_SERVERS. Without
that, as when pytest is called by hand, each session starts its own when a test first asks.
A test that uses them bears the mark `servers`.
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ

SHARED = "FAIRLEAD_TEST_SERVERS"
VHOSTS_AT_A_TIME = 10


class Vhosts:
    """Fresh vhosts, made and deleted by the batch: a call of the broker's tool takes 0.3 s."""

    def __init__(self, broker: RabbitMQ) -> None:
        self._broker = broker
        self._fresh: deque[str] = deque()
        self._used: list[str] = []

    def take(self) -> str:
        """The AMQP URI of a vhost that nobody has used."""
        if not self._fresh:
            used, self._used = tuple(self._used), []
            self._fresh.extend(self._broker.renew_vhosts(VHOSTS_AT_A_TIME, gone=used))
        return self._fresh.popleft()

    def give_back(self, uri: str) -> None:
        """Lets it be deleted with the next batch."""
        self._used.append(uri)


class Databases:
    """Databases for tests. Making one takes a third of a second, and its tables half of one.

    So one that was used is emptied for the next test: of its tables too, or of its rows alone where
    the next one wants the same `tables`, which is the name of a package.
    """

    def __init__(self, server: PostgreSQL) -> None:
        self.server = server
        self._free: dict[str | None, list[str]] = defaultdict(list)

    def take(self, tables: str | None = None) -> str:
        """The URL of a database that is empty, or has the tables of a package and no rows in them;
        its role owns it and is no superuser."""
        free = self._free[tables] or self._free[None]
        return free.pop() if free else self.server.create_database("test")

    def give_back(self, url: str, tables: str | None = None) -> None:
        """Nobody uses it any more, and whoever still does is cut off."""
        # Not above: fairlead.store says how psycopg waits, and must come first.
        psycopg = import_module("fairlead.store.green") and import_module("psycopg")
        name = url.rpartition("/")[2]
        superuser = f"{self.server.superuser_url.rpartition('/')[0]}/{name}"
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(_CUT_OFF)
            if tables is None:
                connection.execute("DROP SCHEMA public CASCADE")
                connection.execute(f"CREATE SCHEMA public AUTHORIZATION {name}")
            else:
                connection.execute("SET session_replication_role = replica")  # no triggers, no keys
                connection.execute(_EMPTY)
        self._free[tables].append(url)


_CUT_OFF = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# How far the migrations went stays: nothing else has rows when they are done.
_EMPTY = r"""
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT LIKE '%\_version'
    LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = 'public'
    LOOP EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART'; END LOOP;
END $$
"""


def tables_of(path: Path) -> str | None:
    """The package whose tables the tests of a file want, by the service that they stand beside;
    None for those of migrations, which begin with nothing."""
    parts = path.parts
    if "services" not in parts or "migrations" in path.name:
        return None
    return parts[parts.index("services") + 1]


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ]:
    """A running broker, shared with other tests: do not stop it; `amqp_uri` has a vhost in it."""
    shared = os.environ.get(SHARED)
    if shared:
        yield RabbitMQ(Path(shared, "rabbitmq"))
        return
    with RabbitMQ() as broker:
        yield broker


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL (fsync off), shared with other tests: do not stop it."""
    shared = os.environ.get(SHARED)
    if shared:
        yield PostgreSQL(Path(shared, "postgresql"))
        return
    with PostgreSQL(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def vhosts(rabbitmq: RabbitMQ) -> Vhosts:
    """Where a test that needs several vhosts takes them from."""
    return Vhosts(rabbitmq)


@pytest.fixture
def amqp_uri(vhosts: Vhosts) -> Iterator[str]:
    """The AMQP URI of an empty vhost, this test's alone."""
    uri = vhosts.take()
    yield uri
    vhosts.give_back(uri)


@pytest.fixture(scope="session")
def databases(postgresql: PostgreSQL) -> Databases:
    """Where a test that needs several databases takes them from."""
    return Databases(postgresql)


@pytest.fixture
def database_url(databases: Databases, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without rows, this test's alone; its role owns it and is no superuser.

    It may have its service's tables already (`fairlead.testing.schema.bring_up`).
    """
    tables = tables_of(request.path)
    if tables is None:  # tests of the store itself, which change more than rows
        url = databases.server.create_database("test")
        yield url
        databases.server.drop_database(url)
        return
    url = databases.take(tables)
    yield url
    databases.give_back(url, tables)
