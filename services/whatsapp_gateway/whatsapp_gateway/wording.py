"""Templates that the network approved: fetched, listed, filled."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.channels import ApprovedTemplate
from contracts.whatsapp_gateway import FilledTemplate, NetworkTemplate, WhatsAppConnectionKind
from fairlead.errors import Conflict, Unavailable
from fairlead.service import ServiceStore

from .cloud import templates as at_meta
from .cloud.client import GraphError, NoAnswer
from .cloud.driver import CloudDrivers
from .store import connections, templates


class Wording:
    """Templates of our numbers."""

    def __init__(self, store: ServiceStore, cloud: CloudDrivers) -> None:
        self._store = store
        self._cloud = cloud

    def listed(self, connection_id: UUID | None) -> list[NetworkTemplate]:
        """Those that are known."""
        with self._store.reading() as session:
            return templates.listed(session, connection_id)

    def fetch(self, id: UUID) -> list[NetworkTemplate]:
        """Ask Meta for them. Raises Conflict for a number that has none, and Unavailable."""
        with self._store.reading() as session:
            connection = connections.get(session, id)
        if connection.details.kind is not WhatsAppConnectionKind.CLOUD:
            raise Conflict("whatsapp_gateway.no_templates", "Such a number has no templates")
        try:
            found = self._cloud.graph(connection).templates()
        except GraphError as error:
            raise Conflict("whatsapp_gateway.meta_refused", error.said) from None
        except NoAnswer as error:
            raise Unavailable("whatsapp_gateway.meta_away", error.said) from None
        read = [made for each in found if (made := at_meta.read(id, each)) is not None]
        with self._store.transaction() as session:
            templates.replace(session, id, read, dt.datetime.now(dt.UTC))
            return templates.listed(session, id)

    def fill(self, connection_id: UUID | None, wanted: ApprovedTemplate) -> FilledTemplate:
        """What one says with these values."""
        with self._store.reading() as session:
            connection = connections.choose(session, connection_id)
            known = (
                templates.get(session, connection.id, wanted.name, wanted.language)
                if connection
                else None
            )
        return at_meta.fill(known, wanted)
