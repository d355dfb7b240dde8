"""What Meta brings is kept before it is acknowledged, and what comes together in one transaction.

A commit is a write to the disk that everybody waits for. While one is under way, what comes for the
same organisation gathers, and goes into the next. Meanwhile what was kept before is read more
slowly: somebody waits for the answer, and whoever is answered late is asked again.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, TypeAlias
from uuid import UUID

from fairlead.gathering import Gathering
from fairlead.service import ServiceStore
from fairlead.store import insert_many

from . import taking
from .domain.heard import Form
from .store.tables import IncomingRow

PATIENCE_SECONDS = 0.05
LULL_SECONDS = 0.005  # longer than the next of a burst takes to come

_Rows: TypeAlias = list[dict[str, Any]]


class Keeping:
    """Keeps bodies for good."""

    def __init__(self, store: ServiceStore) -> None:
        self._store = store
        self._gathering = Gathering(self._write, size=len)

    def keep(self, organisation: UUID, connection: UUID, bodies: list[bytes]) -> None:
        """Return when they are kept. Raises what the store raises; then they may be kept all the
        same, and come again."""
        rows = [taking.as_kept(connection, Form.CLOUD, body) for body in bodies]
        self._gathering.add(organisation, rows)

    def give_way(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when nothing is being kept and a moment passed, after `seconds` at the latest."""
        self._gathering.give_way(seconds, LULL_SECONDS)

    def _write(self, organisation: UUID, several: list[_Rows]) -> list[None]:
        with self._store.transaction(organisation) as session:
            insert_many(session, IncomingRow, [*chain(*several)])
        return [None] * len(several)
