"""What the tables of itineraries should be."""

from ..store import (
    documents,
    feeds,
    listings,
    mappings,
    merges,
    overbookings,
    payments,
    proposals,
    reviews,
    trips,
)
from ..store.schema import Base

# Each module declares its tables when it is imported.
MODULES = (
    documents,
    feeds,
    listings,
    mappings,
    merges,
    overbookings,
    payments,
    proposals,
    reviews,
    trips,
)

metadata = Base.metadata
