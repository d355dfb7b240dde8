"""What the tables of contacts should be."""

from ..store.tables import Base

metadata = Base.metadata
