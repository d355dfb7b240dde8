"""The schema that tests get at second hand is the one of the migrations."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fairlead.store import Database
from fairlead.store.migrations import FAIRLEAD, migrate, pending
from fairlead.testing import schema


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the URL of one more empty database."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path / name}.db"
    server = request.getfixturevalue("postgresql")
    return lambda name: str(server.create_database(name))


def everything(database: Database) -> Any:
    """What a database holds and how, without the addresses of objects."""
    with database.exclusive() as connection:
        inspector = sa.inspect(connection)
        found = {
            name: (
                inspector.get_columns(name),
                sorted(inspector.get_indexes(name), key=repr),
                inspector.get_unique_constraints(name),
                connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).all(),
            )
            for name in sorted(inspector.get_table_names())
        }
    return re.sub(r"0x[0-9a-f]+", "", repr(found))


def test_said_again_it_is_the_same(
    empty: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_said", {})
    with closing(Database(empty("migrated"), name="trial")) as migrated:
        migrate(migrated, FAIRLEAD)
        wanted = everything(migrated)
    for name in ("first", "second"):
        with closing(Database(empty(name), name="trial")) as database:
            schema.bring_up(database, FAIRLEAD)
            assert everything(database) == wanted
            assert not pending(database, FAIRLEAD)


def test_what_is_not_empty_is_migrated(empty: Callable[[str], str]) -> None:
    with closing(Database(empty("used"), name="trial")) as database:
        with database.exclusive() as connection:
            connection.execute(sa.text("CREATE TABLE boats (name TEXT)"))
        schema.bring_up(database, FAIRLEAD)
        assert "boats" in everything(database)
        assert not pending(database, FAIRLEAD)
