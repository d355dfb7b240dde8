"""A connection's password or token at rest."""

from __future__ import annotations

from uuid import UUID

from fairlead.secrets import Vault

from .store.tables import ConnectionRow

PURPOSE = "sms connection"


def password_of(vault: Vault, row: ConnectionRow) -> str:
    """In the clear."""
    if row.secrets is None:
        return ""
    return vault.decrypt(row.secrets, organisation=row.organisation_id, purpose=PURPOSE)


def encrypted(vault: Vault, password: str, organisation: UUID) -> bytes:
    """As it is stored."""
    return vault.encrypt(password, organisation=organisation, purpose=PURPOSE)
