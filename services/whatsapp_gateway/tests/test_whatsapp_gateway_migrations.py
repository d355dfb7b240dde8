"""The WhatsApp gateway's history of migrations."""

from __future__ import annotations

from fairlead.testing.migrations import assert_migrations_match
from whatsapp_gateway.migrations.tables import metadata


def test_the_history_makes_the_tables_that_the_code_expects(store_url: str) -> None:
    assert_migrations_match(store_url, "whatsapp_gateway", metadata)
