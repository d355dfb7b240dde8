"""Databases for tests: each test of a store runs on SQLite and on PostgreSQL.

A conftest imports the fixtures by name. PostgreSQL comes from the fixture `database_url`, which
the repository's tests have: a new, empty database whose owner is no superuser, so that row-level
security holds in tests as it does in production.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..store import Database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], ids=str)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a new, empty database; the test runs once with each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    url: str = request.getfixturevalue("database_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    """A database without tables, once of each kind."""
    database = Database(store_url, name="trial")
    yield database
    database.close()
