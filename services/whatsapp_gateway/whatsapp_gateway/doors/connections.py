"""Numbers, and how they are connected."""

from __future__ import annotations

from uuid import UUID

import eventlet

from contracts.whatsapp_gateway import (
    PairingCode,
    QrCode,
    WhatsAppConnection,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
)
from fairlead.context import current
from fairlead.service import Parts, rpc

from ..office import Office, make_office


class Connections:
    """Numbers, and how they are connected."""

    office = Parts(make_office, stop=Office.stop)

    @rpc
    def list_whatsapp_connections(self) -> list[WhatsAppConnection]:
        return self.office.connecting.listed()

    @rpc
    def get_whatsapp_connection(self, *, id: UUID) -> WhatsAppConnection:
        return self.office.connecting.get(id)

    @rpc
    def create_whatsapp_connection(
        self, *, details: WhatsAppConnectionDetails, id: UUID | None = None
    ) -> WhatsAppConnection:
        made = self.office.connecting.create(details, id)
        if made.details.kind is WhatsAppConnectionKind.CLOUD:
            organisation = current().need_organisation()
            eventlet.spawn_n(self.office.wording.follow, organisation, made.id)
        return made

    @rpc
    def update_whatsapp_connection(
        self, *, id: UUID, version: int, details: WhatsAppConnectionDetails
    ) -> WhatsAppConnection:
        changed = self.office.connecting.update(id, version, details)
        self.office.sending.ring()
        return changed

    @rpc
    def remove_whatsapp_connection(self, *, id: UUID) -> None:
        self.office.connecting.remove(id)

    @rpc
    def connect_whatsapp(self, *, id: UUID) -> QrCode | None:
        return self.office.scanning.connect(id)

    @rpc
    def connect_whatsapp_by_code(self, *, id: UUID) -> PairingCode | None:
        return self.office.scanning.connect_by_code(id)

    @rpc
    def shown_whatsapp_qr(self, *, id: UUID) -> QrCode | None:
        return self.office.scanning.shown(id)

    @rpc
    def shown_whatsapp_code(self, *, id: UUID) -> PairingCode | None:
        return self.office.scanning.shown_by_code(id)

    @rpc
    def disconnect_whatsapp(self, *, id: UUID) -> WhatsAppConnection:
        return self.office.scanning.disconnect(id)
