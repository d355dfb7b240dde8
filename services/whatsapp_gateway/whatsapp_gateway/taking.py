"""What networks bring: kept first, then understood, item by item.

A row is a webhook with all that is in it, or some news of a linked device. Each item has its effect
once: messages by the network's id, receipts because states never go back. One that fails keeps
nothing else from its effect, and is tried again with its row.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from fairlead import metrics
from fairlead.bell import Bell
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, insert_many, is_away, new_id, queue

from . import understanding
from .domain import heard as words
from .domain import webhook
from .domain.heard import Fared, Form, Heard, Strange
from .store import connections, incoming, outgoing
from .store.tables import ConnectionRow, IncomingRow

log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 16
IDLE_SECONDS = 1.0  # between looks for what other processes kept and left
NEWS = metrics.counter(
    "fairlead_whatsapp_news_total", "What networks brought, by what it is", ("what",)
)


def keep(session: Session, connection_id: UUID, heard: list[Heard]) -> None:
    """Keep news for good, to be understood by `Reader`."""
    insert_many(session, IncomingRow, [as_kept(connection_id, Form.HEARD, words.encoded(heard))])


def as_kept(connection_id: UUID, form: Form, body: bytes) -> dict[str, Any]:
    """The row in which something stands as a network brought it, due at once."""
    now = _now()
    return {
        "id": new_id(),
        "connection_id": connection_id,
        "form": form,
        "body": body,
        "received_at": now,
        "due_at": now,
        "attempts": 0,
    }


class Reader:
    """Works off what was kept. Any number of processes may. It asks `give_way` before each row."""

    def __init__(
        self, store: ServiceStore, bell: Bell, media: Bell, give_way: Callable[[], None]
    ) -> None:
        self._store = store
        self._give_way = give_way
        self._media = media
        self._bell = bell

    def work_some(self) -> None:
        """Work off some of it; where there is nothing, wait a moment for it."""
        with self._store.transaction(EVERYWHERE) as session:
            rows = incoming.claim_due(session, secrets.token_hex(8), _now(), CLAIMED_AT_ONCE)
        for row in rows:
            self._give_way()
            try:
                self._work(row)
            except LeaseLost:
                log.warning("somebody else reads it", incoming=str(row.id))
            except Exception as error:
                if is_away(error):
                    raise
                self._failed(row, f"{type(error).__name__}: {error}", error)
        if rows:
            self._media.ring()
        else:
            self._bell.wait(IDLE_SECONDS)

    def _work(self, row: IncomingRow) -> None:
        items: list[Heard] = []
        try:
            with self._store.transaction(row.organisation_id) as session:
                connection = connections.get(session, row.connection_id, removed=True)
                items = sorted(read(row, connection), key=_order)
                for item in items:
                    understanding.understand(session, connection, item, row.received_at)
                queue.finish(session, row, now=_now(), error=_joined(_strange(items)))
        except LeaseLost:
            raise
        except Exception as error:
            if is_away(error) or not items:
                raise
            self._one_by_one(row, items)
        for item in items:
            NEWS.labels("whatsapp_gateway", type(item).__name__.lower()).inc()

    def _one_by_one(self, row: IncomingRow, items: list[Heard]) -> None:
        """So that one which fails keeps none of the others from its effect."""
        failed = []
        for item in items:
            try:
                with self._store.transaction(row.organisation_id) as session:
                    connection = connections.get(session, row.connection_id, removed=True)
                    understanding.understand(session, connection, item, row.received_at)
            except Exception as error:
                if is_away(error):
                    raise
                log.warning("news not understood", incoming=str(row.id), exc_info=error)
                failed.append(f"{type(item).__name__}: {type(error).__name__}: {error}")
        with self._store.transaction(row.organisation_id) as session:
            if failed and row.attempts < incoming.LAST_ATTEMPT:
                wait = 5.0 * row.attempts
                queue.postpone(session, row, now=_now(), seconds=wait, error="; ".join(failed))
            else:
                said = _joined([*failed, *_strange(items)])
                queue.finish(session, row, now=_now(), error=said)

    def rematch(self) -> None:
        """Let what was parked have its effect where its piece is known now."""
        with self._store.reading(EVERYWHERE) as session:
            rows = outgoing.matching(session, CLAIMED_AT_ONCE)
        for row in rows:
            with self._store.transaction(row.organisation_id) as session:
                mine = outgoing.parked_row(session, row.id)
                if mine is not None:
                    connection = connections.get(session, row.connection_id, removed=True)
                    understanding.rematch(session, connection, mine)

    def _failed(self, row: IncomingRow, said: str, error: Exception) -> None:
        log.warning("news not read", incoming=str(row.id), exc_info=error)
        with self._store.transaction(row.organisation_id) as session:
            if row.attempts >= incoming.LAST_ATTEMPT:
                queue.finish(session, row, now=_now(), error=said[:2000])
            else:
                wait = 5.0 * row.attempts
                queue.postpone(session, row, now=_now(), seconds=wait, error=said)


def read(row: IncomingRow, connection: ConnectionRow) -> list[Heard]:
    """What stands in a row, as far as it is about its connection."""
    if row.form is Form.HEARD:
        return words.decoded(row.body)
    cloud = connection.details.cloud
    own = cloud.phone_number_id if cloud else ""
    return webhook.read(row.body, own, row.received_at)


def _strange(items: list[Heard]) -> list[str]:
    return [item.what for item in items if isinstance(item, Strange)]


def _joined(said: list[str]) -> str | None:
    return "; ".join(said)[:2000] or None


def _order(item: Heard) -> tuple[int, str, str]:
    """Messages first. Receipts hold rows: all take them in one order, so that two readers never
    wait in a circle."""
    if isinstance(item, Fared):
        return 1, item.ours or "", item.id
    return 0, "", ""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
