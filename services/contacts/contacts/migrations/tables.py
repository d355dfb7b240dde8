"""What the tables of contacts should be."""

from ..store import note_files
from ..store.tables import Base

# Each module declares its tables when it is imported.
MODULES = (note_files,)

metadata = Base.metadata
