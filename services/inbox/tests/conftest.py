"""The inbox's doors are tested on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairlead.store import Database
from fairlead.testing.databases import store_url
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)
from fairlead.testing.schema import bring_up
from inbox.testing.desk import Desk
from inbox.testing.team import Team

__all__ = [
    "database",
    "desk",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "store_url",
]


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """The inbox's database, empty."""
    database = Database(store_url, name="inbox")
    bring_up(database, "inbox")
    yield database
    database.close()


@pytest.fixture
def desk(database: Database) -> Desk:
    """The inbox, without anything in it."""
    return Desk(database)


@pytest.fixture
def team(desk: Desk) -> Team:
    """The inbox of an organisation with a supplier, an address and a user."""
    return Team(desk)
