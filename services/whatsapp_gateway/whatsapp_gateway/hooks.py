"""Webhooks: who may send them, and the keeping of what they hold before they are answered."""

from __future__ import annotations

import hmac
import time
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

KNOWN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Account:
    """Whose number it is, and what its webhooks are signed with."""

    organisation: UUID
    secrets: Secrets


class Hooks:
    """What Meta is answered.

    An account that was looked up is known for some seconds: so long a number that another process
    removes, or gives another secret, may go on as it was. A new secret fits at once.
    """

    def __init__(self, store: ServiceStore, vault: Vault, keeping: Keeping, reader: Bell) -> None:
        self._store = store
        self._vault = vault
        self._reader = reader
        self._keeping = keeping
        self._known: dict[UUID, tuple[float, Account]] = {}

    def challenge(self, id: UUID, token: str, challenge: str) -> str:
        """The answer to somebody who knows the token. Raises Forbidden and NotFound."""
        wanted = self._looked_up(id).secrets.verify_token
        if not hmac.compare_digest(token.encode(), wanted.encode()):
            raise Forbidden("whatsapp_gateway.wrong_token", "The verify token is another one")
        return challenge

    def take(self, id: UUID, body: bytes, given: str) -> None:
        """Keep a body for good. Raises Forbidden where Meta did not sign it."""
        known = self._remembered(id)
        if known is None or not signature.fits(known.secrets.app_secret, body, given):
            known = self._looked_up(id)
            if not signature.fits(known.secrets.app_secret, body, given):
                raise Forbidden(
                    "whatsapp_gateway.wrong_signature", "The body is not signed with the app secret"
                )
        self._keeping.keep(known.organisation, id, body)
        self._reader.ring()

    def _remembered(self, id: UUID) -> Account | None:
        until, account = self._known.get(id, (0.0, None))
        return account if time.monotonic() < until else None

    def _looked_up(self, id: UUID) -> Account:
        self._known.pop(id, None)
        with self._store.reading(EVERYWHERE) as session:
            row = connections.find(session, id)
        if row is None or row.removed or row.details.kind is not WhatsAppConnectionKind.CLOUD:
            raise NotFound("whatsapp_gateway.connection_not_found", "There is no such number")
        account = Account(row.organisation_id, secrets_of(self._vault, row))
        self._known[id] = time.monotonic() + KNOWN_SECONDS, account
        return account
