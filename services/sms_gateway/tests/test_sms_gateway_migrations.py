"""The SMS gateway's history of migrations."""

from __future__ import annotations

from fairlead.testing.migrations import assert_migrations_match
from sms_gateway.migrations.tables import metadata


def test_the_history_makes_the_tables_that_the_code_expects(store_url: str) -> None:
    assert_migrations_match(store_url, "sms_gateway", metadata)
