"""The bus's tests run on both transports and both stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bus import parties

from fairlead.store import Database
from fairlead.store.migrations import FAIRLEAD
from fairlead.testing.schema import bring_up


@pytest.fixture(autouse=True)
def fresh_parties() -> Iterator[None]:
    """What the services of these tests are told, they forget."""
    yield
    parties.DeskService.rooms = parties.Rooms()
    parties.ArchiveService.script = parties.Script()
    parties.ClerkService.script = parties.Script()


@pytest.fixture
def database(database_urls: dict[str, str]) -> Iterator[Database]:
    """One service's, with the tables of the bus and of these tests; once of each kind."""
    database = Database(database_urls["desk"], name="desk")
    bring_up(database, FAIRLEAD)
    with database.exclusive() as connection:
        parties.Base.metadata.create_all(connection)
    yield database
    database.close()
