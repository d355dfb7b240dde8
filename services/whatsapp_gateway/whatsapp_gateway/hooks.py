"""Webhooks: who may send them, and the keeping of what they hold before they are answered."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from uuid import UUID

from contracts.whatsapp_gateway import SignedHook, WhatsAppConnectionKind
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
    """What Meta is answered. The number is looked up for each call: one that was removed, or a
    secret that was replaced because others know it, holds for nothing from that moment on."""

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

    def take(self, id: UUID, hooks: Sequence[SignedHook]) -> list[bool]:
        """Keep for good what Meta signed; says of each whether that was so. Raises NotFound."""
        account = self._looked_up(id)
        secret = account.secrets.app_secret
        signed = [signature.fits(secret, hook.body, hook.signature) for hook in hooks]
        bodies = [hook.body for hook in compress(hooks, signed)]
        if bodies:
            self._keeping.keep(account.organisation, id, bodies)
            self._reader.ring()
        return signed

    def _looked_up(self, id: UUID) -> Account:
        with self._store.reading(EVERYWHERE) as session:
            row = connections.find(session, id)
        if row is None or row.removed or row.details.kind is not WhatsAppConnectionKind.CLOUD:
            raise NotFound("whatsapp_gateway.connection_not_found", "There is no such number")
        return Account(row.organisation_id, secrets_of(self._vault, row))
