"""The history of the gateway's tables."""

from __future__ import annotations

from api_gateway.migrations.tables import metadata
from fairlead.testing.migrations import assert_migrations_match


def test_the_history_makes_the_tables_that_the_code_expects(store_url: str) -> None:
    assert_migrations_match(store_url, "api_gateway", metadata)
