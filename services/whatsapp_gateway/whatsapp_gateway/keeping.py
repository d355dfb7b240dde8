"""What Meta brings is kept before it is acknowledged, and what comes together in one transaction.

A commit is a write to the disk that everybody waits for. While one is under way, what comes for the
same organisation gathers, and goes into the next: each waits for two commits at most, and a burst
costs few. Meanwhile what was kept before is read more slowly: somebody waits for the answer,
and whoever is answered late is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import eventlet
from eventlet.event import Event

from fairlead.service import ServiceStore
from fairlead.store import insert_many

from . import taking
from .domain.heard import Form
from .store.tables import IncomingRow

PATIENCE_SECONDS = 0.05


@dataclass(slots=True)
class _Batch:
    rows: list[dict[str, Any]] = field(default_factory=list)
    ended: Event = field(default_factory=Event)


class Keeping:
    """Keeps bodies for good."""

    def __init__(self, store: ServiceStore) -> None:
        self._store = store
        self._gathering: dict[UUID, _Batch] = {}
        self._writing: set[UUID] = set()
        self._quiet = Event()

    def keep(self, organisation: UUID, connection: UUID, body: bytes) -> None:
        """Return when it is kept. Raises what the store raises; then it may be kept all the same,
        and comes again."""
        batch = self._gathering.setdefault(organisation, _Batch())
        batch.rows.append(taking.as_kept(connection, Form.CLOUD, body))
        if organisation not in self._writing:
            self._writing.add(organisation)
            eventlet.spawn_n(self._write, organisation)
        batch.ended.wait()

    def give_way(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Return when nothing is being kept, after `seconds` at the latest."""
        if self._writing:
            with eventlet.Timeout(seconds, False):
                self._quiet.wait()

    def _write(self, organisation: UUID) -> None:
        try:
            while (batch := self._gathering.pop(organisation, None)) is not None:
                try:
                    with self._store.transaction(organisation) as session:
                        insert_many(session, IncomingRow, batch.rows)
                except Exception as error:
                    batch.ended.send_exception(error)
                else:
                    batch.ended.send()
        finally:
            self._writing.discard(organisation)
            if not self._writing:
                quiet, self._quiet = self._quiet, Event()
                quiet.send()
