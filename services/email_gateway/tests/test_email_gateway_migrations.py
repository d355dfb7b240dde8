"""The email gateway's history of migrations."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from uuid import UUID

import msgspec
import sqlalchemy as sa

from contracts.email_gateway import ConnectionDetails, ConnectionKind
from email_gateway.migrations.tables import metadata
from email_gateway.store.tables import ConnectionRow
from fairlead.store import EVERYWHERE, JSON, Database
from fairlead.store.migrations.history import History
from fairlead.testing.migrations import assert_migrations_match


def test_the_history_makes_the_tables_that_the_code_expects(store_url: str) -> None:
    assert_migrations_match(store_url, "email_gateway", metadata)


def test_a_connection_of_before_begins_now(store_url: str) -> None:
    organisation = UUID(int=1)
    details = ConnectionDetails(
        label="Desk", address="desk@agency.test", kind=ConnectionKind.SANDBOX
    )
    with closing(Database(store_url, name="migrations")) as database:
        with database.exclusive() as connection:
            history = History("email_gateway")
            history.upgrade(connection, "0009")
            rows = sa.table(
                "connections",
                sa.column("id", sa.Uuid()),
                sa.column("organisation_id", sa.Uuid()),
                sa.column("details", JSON),
                *map(sa.column, ("address", "state", "is_default", "removed", "version")),
                *map(sa.column, ("changes", "uid_validity", "uid")),
            )
            connection.execute(
                rows.insert().values(
                    id=UUID(int=2),
                    organisation_id=organisation,
                    details=msgspec.to_builtins(details),
                    address=details.address,
                    state="open",
                    is_default=True,
                    removed=False,
                    version=1,
                    changes=1,
                    uid_validity=9,
                    uid=7,
                )
            )
            history.upgrade(connection)
        with database.reading(EVERYWHERE) as session:
            [row] = session.scalars(sa.select(ConnectionRow))
    age = dt.datetime.now(dt.UTC) - row.connected_at
    assert dt.timedelta(0) <= age < dt.timedelta(minutes=5)
    assert (row.uid, row.uid_before) == (7, 0)
