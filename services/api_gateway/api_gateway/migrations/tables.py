"""What the tables should be."""

from ..store import Base

metadata = Base.metadata
