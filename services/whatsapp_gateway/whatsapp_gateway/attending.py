"""Lets the other side of a chat see that we read, or write: it may be lost, and delays nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TypeAlias
from uuid import UUID

import eventlet
import structlog

from contracts.channels import WhatsAppAttended
from fairlead.context import current
from fairlead.service import EVERYWHERE, ServiceStore

from .domain import addresses
from .numbers import Numbers
from .store import attended, connections
from .store.tables import AttendedRow

log = structlog.get_logger(__name__)

Work: TypeAlias = Callable[[UUID, WhatsAppAttended], None]

AT_ONCE = 20
# A phone shows for so long that the other side writes; later it would be told what is over.
WRITES_FOR = dt.timedelta(seconds=20)
READ_FOR = dt.timedelta(days=1)  # a number that is away so long does not tell of old reading


class Attending:
    """Tells networks of it. What this process cannot tell is kept for the one that can: a linked
    device is held by one process, and the news comes to any."""

    def __init__(self, store: ServiceStore, numbers: Numbers) -> None:
        self._store = store
        self._numbers = numbers
        self._pool = eventlet.GreenPool(AT_ONCE)

    def attend(self, news: WhatsAppAttended) -> None:
        """Tell of it now, if this process can, or keep it; where there is much to tell, not."""
        if self._pool.free():
            self._spawn(self._attend, current().need_organisation(), news)

    def catch_up(self) -> None:
        """Tell what other processes could not, and nobody could while the number was away."""
        now = dt.datetime.now(dt.UTC)
        with self._store.transaction(EVERYWHERE) as session:
            attended.forget(session, now - READ_FOR)
            ready = self._numbers.ready(session)
            rows = attended.take(session, ready, self._pool.free()) if ready else []
        for row in _worth(rows, now):
            self._spawn(self._tell, row.organisation_id, row.news)

    def stop(self) -> None:
        """Let what is under way end."""
        self._pool.waitall()

    def _spawn(self, work: Work, organisation: UUID, news: WhatsAppAttended) -> None:
        def lossy() -> None:
            try:
                work(organisation, news)
            except Exception as error:
                log.info("not attended", error=str(error))

        self._pool.spawn_n(lossy)

    def _attend(self, organisation: UUID, news: WhatsAppAttended) -> None:
        with self._store.reading(organisation) as session:
            here = news.connection_id in self._numbers.ready(session)
        if here:
            self._tell(organisation, news)
            return
        with self._store.transaction(organisation) as session:
            attended.keep(session, organisation, addresses.key(news.author or news.address), news)

    def _tell(self, organisation: UUID, news: WhatsAppAttended) -> None:
        with self._store.reading(organisation) as session:
            connection = connections.get(session, news.connection_id)
        self._numbers.of(connection).attend(organisation, news)


def _worth(rows: Sequence[AttendedRow], now: dt.datetime) -> list[AttendedRow]:
    """Those that still say something: that we read does for long, that we write or look does not.
    The last word of each chat on its writing is enough."""
    fresh = [row for row in rows if row.news.last_id or now - row.at < WRITES_FOR]
    last = {(row.connection_id, row.key): row.id for row in fresh}
    return [row for row in fresh if row.news.last_id or last[row.connection_id, row.key] == row.id]
