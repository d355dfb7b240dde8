"""Where the gateway writes down what becomes of its linked numbers."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from contracts.whatsapp_gateway import LinkState, WhatsAppConnectionKind
from fairlead.bell import Bell
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import lease

from .. import linking, taking
from ..domain import addresses
from ..store import connections
from ..store.tables import ConnectionRow
from . import hearing
from .book import Number
from .keeper import LEASE_SECONDS
from .lifecycle import Life
from .protocol.events import Durable, Paired, Typed


class StoreBook:
    """As `Book`, in the gateway's store. Each process has one, and is one owner."""

    def __init__(self, store: ServiceStore, reader: Bell) -> None:
        self._store = store
        self._reader = reader
        self._owner = secrets.token_hex(8)

    def wanted(self) -> Sequence[Number]:
        """As `Book.wanted`."""
        with self._store.reading(EVERYWHERE) as session:
            rows = session.scalars(
                sa.select(ConnectionRow).where(
                    ConnectionRow.removed.is_(False), ConnectionRow.wanted.is_(True)
                )
            ).all()
            return [
                Number(
                    row.id,
                    row.organisation_id,
                    f"+{addresses.digits(row.details.number)}",
                    # The door writes it so when a person asks, and each change of ours ends it.
                    asked=row.link is LinkState.CONNECTING,
                    by_code=row.by_code,
                )
                for row in rows
                if row.details.kind is WhatsAppConnectionKind.LINKED
            ]

    def removed(self, number: UUID) -> bool:
        """As `Book.removed`."""
        with self._store.reading(EVERYWHERE) as session:
            row = connections.find(session, number)
            return row is not None and row.removed

    def lease(self, number: UUID) -> bool:
        """As `Book.lease`."""
        with self._store.transaction(EVERYWHERE) as session:
            return lease.acquire(
                session, f"linked {number}", self._owner, now=_now(), seconds=LEASE_SECONDS
            )

    def release(self, number: UUID) -> None:
        """As `Book.release`."""
        with self._store.transaction(EVERYWHERE) as session:
            lease.release(session, f"linked {number}", self._owner)

    def stands(self, number: Number, life: Life) -> None:
        """As `Book.stands`: written at once, so that what is asked afterwards is asked anew."""
        with self._store.transaction(number.organisation) as session:
            row = connections.find(session, number.id)
            if row is not None:
                linking.follow(session, row, hearing.stands(life, _now()))

    def paired(self, number: Number, account: Paired) -> None:
        """Which account it is stands in the number already: another is refused by the worker."""

    def takes(self, number: Number, body: Durable) -> None:
        """As `Book.takes`: kept, and then read like all news."""
        heard = hearing.heard(body, _now())
        if heard:
            with self._store.transaction(number.organisation) as session:
                taking.keep(session, number.id, heard)
            self._reader.ring()

    def typed(self, number: Number, typed: Typed) -> None:
        """As `Book.typed`."""
        with self._store.transaction(number.organisation) as session:
            taking.keep(session, number.id, [hearing.typed(typed, _now())])
        self._reader.ring()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
