"""Webhooks: who may send them, and the keeping of what they hold before they are answered."""

from __future__ import annotations

import hmac
from uuid import UUID

from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.bell import Bell
from fairlead.errors import Forbidden, NotFound
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore

from . import taking
from .domain import signature
from .domain.heard import Form
from .secret import Secrets, secrets_of
from .store import connections
from .store.tables import ConnectionRow


class Hooks:
    """What Meta is answered."""

    def __init__(self, store: ServiceStore, vault: Vault, reader: Bell) -> None:
        self._store = store
        self._vault = vault
        self._reader = reader

    def challenge(self, id: UUID, token: str, challenge: str) -> str:
        """The answer to somebody who knows the token. Raises Forbidden and NotFound."""
        _, secrets = self._account(id)
        if not hmac.compare_digest(token.encode(), secrets.verify_token.encode()):
            raise Forbidden("whatsapp_gateway.wrong_token", "The verify token is another one")
        return challenge

    def take(self, id: UUID, body: bytes, given: str) -> None:
        """Keep a body for good. Raises Forbidden where Meta did not sign it."""
        row, secrets = self._account(id)
        if not signature.fits(secrets.app_secret, body, given):
            raise Forbidden(
                "whatsapp_gateway.wrong_signature", "The body is not signed with the app secret"
            )
        with self._store.transaction(row.organisation_id) as session:
            taking.keep_raw(session, id, Form.CLOUD, body)
        self._reader.ring()

    def _account(self, id: UUID) -> tuple[ConnectionRow, Secrets]:
        with self._store.reading(EVERYWHERE) as session:
            row = connections.find(session, id)
        if row is None or row.removed or row.details.kind is not WhatsAppConnectionKind.CLOUD:
            raise NotFound("whatsapp_gateway.connection_not_found", "There is no such number")
        return row, secrets_of(self._vault, row)
