"""The history of accounts' tables."""

from __future__ import annotations

from contextlib import closing
from uuid import UUID

import msgspec
import sqlalchemy as sa

from accounts.migrations.tables import metadata
from accounts.store import history
from accounts.store.people import OrganisationRow
from contracts.accounts import Branding, Settings
from fairlead.store import EVERYWHERE, Database
from fairlead.store.migrations.history import History
from fairlead.testing.migrations import assert_migrations_match


def test_the_history_makes_the_tables_that_the_code_expects(store_url: str) -> None:
    assert_migrations_match(store_url, "accounts", metadata)


def test_what_is_settled_already_can_be_read_back(store_url: str) -> None:
    branding = Branding(name="Mar")
    settings = Settings(zone="Europe/Lisbon", language="en", currency="EUR", branding=branding)
    plain = msgspec.to_builtins(settings)
    with closing(Database(store_url, name="migrations")) as database:
        with database.exclusive() as connection:
            History("accounts").upgrade(connection, "0004")
            organisations: sa.Table = OrganisationRow.__table__  # type: ignore[assignment]
            row = {"organisation_id": UUID(int=1), "name": "Mar", "version": 4}
            connection.execute(organisations.insert().values(**row, settings=settings))
            History("accounts").upgrade(connection)
        with database.reading(EVERYWHERE) as session:
            [kept] = session.scalars(sa.select(history.SettingsRow))
    assert (kept.version, msgspec.to_builtins(kept.settings), kept.user_id) == (4, plain, None)
