"""Templates that the network approved: fetched, listed, filled."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import structlog

from contracts.channels import ApprovedTemplate
from contracts.whatsapp_gateway import FilledTemplate, NetworkTemplate, WhatsAppConnectionKind
from fairlead.context import acting, service_context
from fairlead.errors import Conflict, Unavailable
from fairlead.service import EVERYWHERE, ServiceStore

from .cloud import templates as at_meta
from .cloud.client import GraphError, NoAnswer
from .cloud.driver import CloudDrivers
from .store import connections, templates

log = structlog.get_logger(__name__)


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

    def fetch_all(self) -> None:
        """Ask Meta for those of all numbers."""
        with self._store.reading(EVERYWHERE) as session:
            rows = connections.everywhere(session, WhatsAppConnectionKind.CLOUD)
        for row in rows:
            self.follow(row.organisation_id, row.id)

    def follow(self, organisation: UUID, id: UUID) -> None:
        """Ask Meta for those of one number, of which nobody waits to hear."""
        try:
            with acting(service_context(organisation)):
                self.fetch(id)
        except Exception as error:
            log.warning("templates not fetched", connection=str(id), error=repr(error))

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
