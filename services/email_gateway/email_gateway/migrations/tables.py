"""What the tables should be."""

from ..store.tables import Base

metadata = Base.metadata
