"""A connection's secrets on their way into the store and out of it."""

from __future__ import annotations

from uuid import UUID

import msgspec

from fairlead.secrets import Vault

from .domain.credentials import Secrets
from .store.tables import ConnectionRow

PURPOSE = "email connection"


def opened(vault: Vault, row: ConnectionRow) -> Secrets:
    """A connection's secrets in the clear."""
    if row.secrets is None:
        return Secrets()
    text = vault.decrypt(row.secrets, organisation=row.organisation_id, purpose=PURPOSE)
    return msgspec.json.decode(text, type=Secrets)


def sealed(vault: Vault, secrets: Secrets, organisation: UUID) -> bytes:
    """A connection's secrets as they are stored."""
    text = msgspec.json.encode(secrets).decode()
    return vault.encrypt(text, organisation=organisation, purpose=PURPOSE)
