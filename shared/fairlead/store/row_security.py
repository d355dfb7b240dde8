"""PostgreSQL's row-level security: the second wall behind `scoping.py`.

A transaction says at its beginning whose rows it may see; a statement that comes past the ORM,
or a mistake in it, sees no others. A transaction that says nothing sees nothing. The policy binds
the table's owner too, but no superuser and no role with BYPASSRLS: services must have neither.

Under a policy PostgreSQL uses an index only for operators that are leakproof. Comparisons are;
full text, LIKE and JSON containment are not, and become scans of the table (measured at 200,000
rows: 500 ms instead of 1). What must be searched so belongs into a table of its own without
organisation_id, the organisation one of its words, joined to the scoped table by id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic.operations import Operations

from .scoping import COLUMN, EVERYWHERE

if TYPE_CHECKING:
    from .database import Database

SETTING = "fairlead.organisation"
EVERYTHING = EVERYWHERE.value
POLICY = "fairlead_organisation"

# CASE, because OR may try the cast on '*'; NULLIF, because a setting that was local to an earlier
# transaction of the same connection comes back as '' and not as NULL.
_ALLOWED = (
    f"CASE current_setting('{SETTING}', true) WHEN '{EVERYTHING}' THEN true "
    f"ELSE {COLUMN} = NULLIF(current_setting('{SETTING}', true), '')::uuid END"
)

_UNPROTECTED = sa.text(
    """
    SELECT c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = :column AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
        SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = :policy))
    ORDER BY c.relname
    """
)


def enable_row_security(op: Operations, table: str) -> None:
    """In a migration: let `table`, which has organisation_id, show a transaction only its rows.

    Nothing on SQLite.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    name = op.get_bind().dialect.identifier_preparer.quote(table)
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {POLICY} ON {name} USING ({_ALLOWED}) WITH CHECK ({_ALLOWED})")


def unprotected_tables(database: Database) -> list[str]:
    """The tables with organisation_id that row-level security does not guard; none on SQLite."""
    if database.dialect != "postgresql":
        return []
    with database.reading(EVERYWHERE) as session:
        return list(session.scalars(_UNPROTECTED, {"column": COLUMN, "policy": POLICY}))


def bypasses_row_security(database: Database) -> bool:
    """Whether the role we connect as is one that row-level security does not bind."""
    if database.dialect != "postgresql":
        return False
    role = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    with database.reading(EVERYWHERE) as session:
        return bool(session.scalar(role))
