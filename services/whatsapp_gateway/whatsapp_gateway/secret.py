"""A connection's secrets at rest."""

from __future__ import annotations

from uuid import UUID

import msgspec

from contracts.whatsapp_gateway import CloudAccount
from fairlead.secrets import Vault

from .store.tables import ConnectionRow

PURPOSE = "whatsapp connection"


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What nobody is told again."""

    access_token: str = ""
    app_secret: str = ""
    verify_token: str = ""

    def with_given(self, account: CloudAccount | None) -> Secrets:
        """The same, with those that `account` brings."""
        if account is None:
            return Secrets()
        return Secrets(
            access_token=account.access_token or self.access_token,
            app_secret=account.app_secret or self.app_secret,
            verify_token=account.verify_token or self.verify_token,
        )


def secrets_of(vault: Vault, row: ConnectionRow) -> Secrets:
    """In the clear."""
    if row.secrets is None:
        return Secrets()
    text = vault.decrypt(row.secrets, organisation=row.organisation_id, purpose=PURPOSE)
    return msgspec.json.decode(text, type=Secrets)


def encrypted(vault: Vault, secrets: Secrets, organisation: UUID) -> bytes:
    """As they are stored."""
    text = msgspec.json.encode(secrets).decode()
    return vault.encrypt(text, organisation=organisation, purpose=PURPOSE)
