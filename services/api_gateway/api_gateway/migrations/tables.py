"""What the tables should be."""

from .. import making
from ..store import Base

# Each module declares its tables when it is imported.
MODULES = (making,)

metadata = Base.metadata
