"""The numbers by which this process can send, each with its driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import ConnectionState
from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.errors import Conflict

from .drivers import Driver
from .store.tables import ConnectionRow


class Drivers(Protocol):
    """The drivers of one kind of connection."""

    def ready(self, id: UUID) -> bool:
        """Whether this process can send by this connection, which is open."""
        ...

    def reaches(self, id: UUID) -> bool:
        """Whether this process, and not another one, can ask by this connection for what came by
        it, now or when it is open again."""
        ...

    def of(self, connection: ConnectionRow) -> Driver:
        """The driver of a connection."""
        ...

    def stop(self) -> None:
        """Nothing is asked any more."""
        ...


class Numbers:
    """All kinds together."""

    def __init__(self, kinds: Mapping[WhatsAppConnectionKind, Drivers]) -> None:
        self._kinds = kinds

    @property
    def kinds(self) -> frozenset[WhatsAppConnectionKind]:
        """The kinds that there are here."""
        return frozenset(self._kinds)

    def ready(self, session: Session) -> list[UUID]:
        """The connections by which this process can send now."""
        rows = session.execute(
            sa.select(ConnectionRow.id, ConnectionRow.details).where(
                ConnectionRow.removed.is_(False),
                ConnectionRow.state == ConnectionState.OPEN.value,
            )
        )
        return [
            id
            for id, details in rows
            if details.kind in self._kinds and self._kinds[details.kind].ready(id)
        ]

    def reached(self, session: Session) -> list[UUID]:
        """The connections by which this process can ask for what came by them; and those that were
        removed, of which nobody can."""
        rows = session.execute(
            sa.select(ConnectionRow.id, ConnectionRow.details, ConnectionRow.removed)
        )
        return [
            id
            for id, details, removed in rows
            if removed or (details.kind in self._kinds and self._kinds[details.kind].reaches(id))
        ]

    def of(self, connection: ConnectionRow) -> Driver:
        """The driver of a connection; raises Conflict where its kind is not offered here."""
        kind = connection.details.kind
        if kind not in self._kinds:
            raise Conflict(
                "whatsapp_gateway.kind_missing", f"Numbers of the kind {kind.value} need more here"
            )
        return self._kinds[kind].of(connection)

    def stop(self) -> None:
        """Let all end."""
        for each in self._kinds.values():
            each.stop()
