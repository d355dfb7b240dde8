"""Databases of the inbox with so many messages, loaded once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psycopg
from psycopg import sql

from fairlead.store import Database
from scripts.servers.postgresql import PostgreSQL

from ..kept import as_superuser, kept, mark_of, state_of
from .rows import TABLES, Rows
from .world import World

HERE = Path(__file__).parent
LINES = 1000  # in one write
# Of the words index, which has the most rows by far: made at the end, sorted.
WITHOUT_INDEXES = (
    "ALTER TABLE fairlead_search_terms DROP CONSTRAINT pk_fairlead_search_terms",
    "DROP INDEX fairlead_search_newest",
)
WITH_INDEXES = (
    "ALTER TABLE fairlead_search_terms ADD CONSTRAINT pk_fairlead_search_terms"
    " PRIMARY KEY (organisation_id, document, term)",
    "CREATE INDEX fairlead_search_newest"
    " ON fairlead_search_terms (organisation_id, term, at, document)",
)


def loaded(server: PostgreSQL, messages: int) -> str:
    """The URL of a database with `messages` messages, loaded now unless it was before.

    It is loaded again when what makes the rows has changed, and what was loaded before that is
    dropped.
    """
    state = state_of(HERE / name for name in ("world.py", "rows.py", "terms.py"))
    _drop_others(server, state)
    name = f"reach_{messages}_{state}"

    def load(_: Database) -> None:
        # Row-level security refuses COPY to the owner of the tables.
        with psycopg.connect(as_superuser(server, name)) as connection:
            _fill(connection, messages)

    return kept(server, name, "inbox", f"{messages:,} messages", load)


def warm(server: PostgreSQL, url: str) -> None:
    """Read the tables through once, so that they stand in the system's memory however long ago
    they were loaded."""
    with psycopg.connect(as_superuser(server, url.rpartition("/")[2])) as connection:
        connection.execute("SET enable_indexonlyscan = off")
        for table in TABLES:
            whole = sql.SQL("SELECT count(*) FROM {table}")
            connection.execute(whole.format(table=sql.Identifier(table)))


def _drop_others(server: PostgreSQL, state: str) -> None:
    with psycopg.connect(server.superuser_url) as connection:
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
    for (name,) in names:
        if name.startswith("reach_") and not name.endswith(state):
            server.drop_database(as_superuser(server, name))
            mark_of(server, name).unlink(missing_ok=True)


def _fill(connection: psycopg.Connection[tuple[object, ...]], messages: int) -> None:
    rows = Rows(World(messages))
    # Messages first: the others are made of what is learned with them.
    connection.execute("SET maintenance_work_mem = '1GB'")
    for statement in WITHOUT_INDEXES:
        connection.execute(statement)
    for table in sorted(TABLES, key=lambda name: name != "messages"):
        columns = [sql.Identifier(column) for column in TABLES[table].split()]
        copy = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
            table=sql.Identifier(table), columns=sql.SQL(", ").join(columns)
        )
        with connection.cursor() as cursor, cursor.copy(copy) as into:
            for block in _blocks(rows.of(table)):
                into.write(block)
    for statement in WITH_INDEXES:
        connection.execute(statement)


def _blocks(lines: Iterator[str]) -> Iterator[str]:
    while block := list(islice(lines, LINES)):
        yield "\n".join(block) + "\n"
