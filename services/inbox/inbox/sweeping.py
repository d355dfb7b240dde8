"""Files that nobody uses are forgotten, and contents that no row refers to leave the file store.

Rows of several services hold keys of one content, and another service may use a file that nothing
uses here. So every holder is asked, and when one does not answer nothing goes. A content that was
stored lately stays, for its row may be under way.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from contracts.files import FileHolder
from fairlead.context import acting, service_context
from fairlead.files import FileStore
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import lease

from .store import file_uses as files

log = structlog.get_logger(__name__)

FRESH: Final = 3600.0  # seconds in which the row of a content that was stored surely follows
TURN: Final = 23 * 3600.0  # seconds between two sweeps
BATCH: Final = 1000
UNUSED: Final = 86_400.0  # seconds in which an upload may be sent, or kept in a draft


class Sweeper:
    """Asks `holders`, all services whose rows hold keys, and removes what none of them has.

    `others` are those of them that are not the inbox.
    """

    def __init__(
        self,
        store: ServiceStore,
        stored: FileStore,
        holders: Sequence[FileHolder],
        others: Sequence[FileHolder],
    ) -> None:
        self._store = store
        self._stored = stored
        self._holders = holders
        self._others = others

    def sweep(self, kept: float) -> int:
        """Remove what nobody refers to and was stored more than `kept` seconds ago, unless another
        process did so today; returns how many contents went. Raises Unavailable."""
        now = dt.datetime.now(dt.UTC)
        with self._store.transaction(EVERYWHERE) as session:
            mine = lease.acquire(
                session, "inbox.sweep_files", secrets.token_hex(8), now=now, seconds=TURN
            )
        if not mine:
            return 0
        self.forget_uploads(now - dt.timedelta(seconds=UNUSED))
        gone = 0
        for organisation, keys in self._stored.idle(now - dt.timedelta(seconds=kept)):
            for start in range(0, len(keys), BATCH):
                gone += len(self.discard(organisation, keys[start : start + BATCH], kept))
        log.info("files swept", removed=gone)
        return gone

    def forget_uploads(self, before: dt.datetime) -> int:
        """Forget the files that were uploaded before then and that nothing uses; returns how many.
        Raises Unavailable."""
        gone, last = 0, UUID(int=0)
        while True:
            with self._store.reading(EVERYWHERE) as session:
                found = files.unused(session, before, last, BATCH)
            if not found:
                break
            last = max(each.id for each in found)
            for organisation in sorted({each.organisation_id for each in found}):
                keys = {each.id: each.key for each in found if each.organisation_id == organisation}
                held = self._held_elsewhere(organisation, sorted({*keys.values()}))
                idle = [id for id, key in keys.items() if key not in held]
                with self._store.transaction(organisation) as session:
                    gone += files.forget_unused(session, idle, before)
        log.info("uploads forgotten", count=gone)
        return gone

    def _held_elsewhere(self, organisation: UUID, keys: list[str]) -> set[str]:
        with acting(service_context(organisation)):
            return {key for each in self._others for key in each.files_held(keys=keys)}

    def discard(self, organisation: UUID, keys: Sequence[str], kept: float) -> list[str]:
        """Remove those of `keys` that nobody refers to and that were stored more than `kept`
        seconds ago; returns them. Raises Unavailable when a holder does not answer."""
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=kept)
        left = list(keys)
        with acting(service_context(organisation)):
            for holder in self._holders:
                held = set(holder.files_held(keys=left))
                left = [key for key in left if key not in held]
        return [key for key in left if self._stored.discard(organisation, key, before)]
