"""What the tables of webhooks should be."""

from ..store import Base

metadata = Base.metadata
