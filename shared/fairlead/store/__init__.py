"""Where a service keeps its rows: SQLAlchemy on SQLite (embedded) or PostgreSQL.

`Database` is the door. A session sees one organisation, or EVERYWHERE when that is said; see
`scoping`. Migrations are in `fairlead.store.migrations`.
"""

from . import green

# isort: split
# `green` tells psycopg how to wait, and must come before anything imports it.

from . import keyset, lease, queue
from .columns import JSON, Json, UTCDateTime, ZoneName, word
from .database import Database, in_transaction
from .faults import StoreBusy, is_away, is_duplicate, is_overdue, is_serialization
from .identity import new_id
from .inserting import insert_into, insert_many
from .keyset import BadPage, Order, Page, page
from .queue import Claimable, LeaseLost, backoff, claim, done_index, due_index
from .row_security import bypasses_row_security, enable_row_security, unprotected_tables
from .scoping import (
    EVERYWHERE,
    Reach,
    ReadOnly,
    Scoped,
    ScopedSession,
    ScopeViolation,
    organisation_of,
)
from .tables import COLUMN_TYPES, Base, new_metadata
from .turns import in_turn
from .versioning import StaleVersion, Versioned

assert_green = green.assert_green

__all__ = [
    "COLUMN_TYPES",
    "EVERYWHERE",
    "JSON",
    "BadPage",
    "Base",
    "Claimable",
    "Database",
    "Json",
    "LeaseLost",
    "Order",
    "Page",
    "Reach",
    "ReadOnly",
    "ScopeViolation",
    "Scoped",
    "ScopedSession",
    "StaleVersion",
    "StoreBusy",
    "UTCDateTime",
    "Versioned",
    "ZoneName",
    "assert_green",
    "backoff",
    "bypasses_row_security",
    "claim",
    "done_index",
    "due_index",
    "enable_row_security",
    "in_transaction",
    "in_turn",
    "insert_into",
    "insert_many",
    "is_away",
    "is_duplicate",
    "is_overdue",
    "is_serialization",
    "keyset",
    "lease",
    "new_id",
    "new_metadata",
    "organisation_of",
    "page",
    "queue",
    "unprotected_tables",
    "word",
]
