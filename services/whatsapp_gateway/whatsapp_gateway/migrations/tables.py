"""What the tables should be."""

from __future__ import annotations

from ..store.tables import Base

metadata = Base.metadata
