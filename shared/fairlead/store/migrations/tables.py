"""Fairlead's own tables, which stand in every service's database.

Import each module of fairlead that declares one.
"""

from ...bus import inbox, outbox
from ...jobs import rows as jobs
from ...projections import rows as projections
from .. import lease
from ..search import catching_up
from ..search import tables as search
from ..tables import Base

__all__ = ["catching_up", "inbox", "jobs", "lease", "metadata", "outbox", "projections", "search"]

metadata = Base.metadata
