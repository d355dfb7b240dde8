"""That a package's history of migrations makes the tables which its code expects."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from sqlalchemy.engine import Connection

from ..store import Database, unprotected_tables
from ..store.migrations.history import History


def assert_migrations_match(url: str, package: str, metadata: sa.MetaData) -> None:
    """Fail unless `package`'s migrations, run on the empty database at `url`, make exactly the
    tables of `metadata`, with row-level security on PostgreSQL where it is due.

    Column order does not count. The database is empty again afterwards.
    """
    history = History(package)
    with closing(Database(url, name="migrations")) as database:
        with database.exclusive() as connection:
            history.upgrade(connection)
            assert history.missing(connection) == []
            differences = compare_metadata(history.context(connection), metadata)
            assert differences == [], differences
            migrated = _tables(connection, history.table)
        assert unprotected_tables(database) == []
        with database.exclusive() as connection:
            _drop_all(connection)
            metadata.create_all(connection)
            declared = _tables(connection, history.table)
            _drop_all(connection)
    assert migrated == declared


def _tables(connection: Connection, without: str) -> dict[str, Any]:
    """Everything the database says of its tables, in a form that can be compared."""
    inspector = sa.inspect(connection)
    return {
        name: {
            "columns": {c["name"]: _plain(c) for c in inspector.get_columns(name)},
            "primary key": _plain(inspector.get_pk_constraint(name)),
            "unique": _sorted(inspector.get_unique_constraints(name)),
            "foreign keys": _sorted(inspector.get_foreign_keys(name)),
            "indexes": _sorted(inspector.get_indexes(name)),
            "checks": _sorted(inspector.get_check_constraints(name)),
        }
        for name in inspector.get_table_names()
        if name != without
    }


def _sorted(items: Any) -> list[Any]:
    return sorted((_plain(item) for item in items), key=repr)


def _plain(item: Any) -> Any:
    if isinstance(item, dict):
        return {key: _plain(value) for key, value in sorted(item.items())}
    if isinstance(item, list | tuple):
        return [_plain(value) for value in item]
    return item if item is None or isinstance(item, bool | int) else str(item)


def _drop_all(connection: Connection) -> None:
    found = sa.MetaData()
    found.reflect(connection)
    found.drop_all(connection)
