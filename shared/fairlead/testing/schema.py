"""The newest schema for each test's empty database, without going through the history each time.

A history of a dozen revisions takes Alembic half a second, and a test of a store some tenths. The
first database of a process is migrated as in production, and what was said to it is written down;
it is said word for word to every other one that is as empty.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any, cast

import sqlalchemy as sa

from ..store import Database
from ..store.migrations import FAIRLEAD, migrate
from ..store.migrations.history import History

Statement = tuple[str, Any]

_ASKING = ("SELECT", "PRAGMA", "SHOW", "SET", "BEGIN", "LOCK")
_said: dict[tuple[str, str], list[Statement]] = {}
_reached: dict[tuple[str, str], list[str | None]] = {}
_copies: dict[str, sqlite3.Connection] = {}  # SQLite takes a whole database over page by page


def bring_up(database: Database, package: str) -> None:
    """What `fairlead.store.migrations.migrate` does, sooner where it did it before.

    That is for a database without tables, and for one that has them all already, as one that was
    emptied of its rows for another test.
    """
    key = database.dialect, package
    if database.dialect == "sqlite" and package in _copies and _is_empty(database):
        with closing(database._store.engine.raw_connection()) as raw:
            _copies[package].backup(cast("sqlite3.Connection", raw.driver_connection))
        return
    with database.exclusive() as connection:
        empty = not sa.inspect(connection).get_table_names()
        if empty and key in _said:
            with closing(connection.connection.cursor()) as cursor:
                for statement, parameters in _said[key]:
                    cursor.execute(statement, parameters)
            return
        if not empty and key in _reached and _versions(connection, package) == _reached[key]:
            return
    if empty:
        _said[key] = _migrate_listening(database, package)
    else:
        migrate(database, package)
    with database.exclusive() as connection:
        _reached[key] = _versions(connection, package)
    if empty and database.dialect == "sqlite":
        _copies[package] = sqlite3.connect(":memory:", check_same_thread=False)
        with closing(database._store.engine.raw_connection()) as raw:
            cast("sqlite3.Connection", raw.driver_connection).backup(_copies[package])


def _is_empty(database: Database) -> bool:
    with database.exclusive() as connection:
        return not sa.inspect(connection).get_table_names()


def _versions(connection: sa.Connection, package: str) -> list[str | None]:
    """How far the histories of a package and of fairlead's own tables have gone."""
    histories = [History(each) for each in dict.fromkeys((FAIRLEAD, package))]
    return [each.context(connection).get_current_revision() for each in histories]


def _migrate_listening(database: Database, package: str) -> list[Statement]:
    said: list[Statement] = []

    def write_down(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(_ASKING):
            said.append((statement, parameters))

    engine = database._store.engine
    sa.event.listen(engine, "after_cursor_execute", write_down)
    try:
        migrate(database, package)
    finally:
        sa.event.remove(engine, "after_cursor_execute", write_down)
    return said
