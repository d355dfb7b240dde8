"""What the tables should be."""

from __future__ import annotations

from ..store import group_tables
from ..store.tables import Base

# A module declares its tables when it is imported.
MODULES = (group_tables,)

metadata = Base.metadata
