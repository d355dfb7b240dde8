"""What the tables of accounts should be."""

from ..store import (
    attempts,
    audit,
    factors,
    history,
    ledger,
    links,
    mailing,
    notifications,
    people,
    sessions,
)
from ..store.schema import Base

# Each module declares its tables when it is imported.
MODULES = (
    attempts,
    audit,
    ledger,
    factors,
    history,
    links,
    mailing,
    notifications,
    people,
    sessions,
)

metadata = Base.metadata
