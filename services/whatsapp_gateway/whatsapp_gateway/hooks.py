"""Webhooks: who may send them, and the keeping of what they hold before they are answered."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from uuid import UUID

from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.bell import Bell
from fairlead.errors import Forbidden, NotFound
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore

from .domain import signature
from .keeping import Keeping
from .secret import Secrets, secrets_of
from .store import connections


@dataclass(frozen=True, slots=True)
class Account:
    """Whose number it is, and what its webhooks are signed with."""

    organisation: UUID
    secrets: Secrets


class Hooks:
    """What Meta is answered. The number is looked up each time: one that was removed, or a secret
    that was replaced because others know it, holds for nothing from that moment on."""

    def __init__(self, store: ServiceStore, vault: Vault, keeping: Keeping, reader: Bell) -> None:
        self._store = store
        self._vault = vault
        self._reader = reader
        self._keeping = keeping

    def challenge(self, id: UUID, token: str, challenge: str) -> str:
        """The answer to somebody who knows the token. Raises Forbidden and NotFound."""
        wanted = self._looked_up(id).secrets.verify_token
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            raise Forbidden("whatsapp_gateway.wrong_token", "The verify token is another one")
        return challenge

    def take(self, id: UUID, body: bytes, given: str) -> None:
        """Keep a body for good. Raises Forbidden where Meta did not sign it."""
        account = self._looked_up(id)
        if not signature.fits(account.secrets.app_secret, body, given):
            raise Forbidden(
                "whatsapp_gateway.wrong_signature", "The body is not signed with the app secret"
            )
        self._keeping.keep(account.organisation, id, body)
        self._reader.ring()

    def _looked_up(self, id: UUID) -> Account:
        with self._store.reading(EVERYWHERE) as session:
            row = connections.find(session, id)
        if row is None or row.removed or row.details.kind is not WhatsAppConnectionKind.CLOUD:
            raise NotFound("whatsapp_gateway.connection_not_found", "There is no such number")
        return Account(row.organisation_id, secrets_of(self._vault, row))
