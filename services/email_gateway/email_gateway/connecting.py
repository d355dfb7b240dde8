"""The accounts that mails leave by: SMTP pools and signing keys, kept while nothing changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from contracts.email_gateway import ConnectionDetails
from fairlead.errors import Invalid
from fairlead.secrets import Vault

from . import sealing
from .domain.credentials import Secrets
from .domain.fields import LetterRefused, check_address
from .domain.signing import BadKey, DkimSigner
from .oauth import Tokens
from .settings import EmailSettings
from .smtp import SmtpPool
from .smtp_settings import SmtpSettings
from .store.tables import ConnectionRow


@dataclass(frozen=True, slots=True)
class Account:
    """A connection that is ready to send."""

    pool: SmtpPool
    signer: DkimSigner | None

    def sign(self, data: bytes) -> bytes:
        """The mail with a DKIM signature, where the connection has a key."""
        return data if self.signer is None else self.signer.sign(data, at=int(time.time()))


class Pools:
    """One account for each connection, made anew when the connection was changed."""

    def __init__(self, settings: EmailSettings, vault: Vault, tokens: Tokens) -> None:
        self.tokens = tokens
        self._settings = settings
        self._vault = vault
        self._accounts: dict[UUID, tuple[int, Account]] = {}

    def account(self, row: ConnectionRow) -> Account:
        """The account of a connection."""
        known = self._accounts.get(row.id)
        if known is not None and known[0] == row.version:
            return known[1]
        if known is not None:
            known[1].pool.close()
        secrets = self.secrets(row)
        account = Account(
            SmtpPool(smtp_settings(self._settings, row.details, secrets, self.tokens.source(row))),
            signer(row.details, secrets),
        )
        self._accounts[row.id] = (row.version, account)
        return account

    def secrets(self, row: ConnectionRow) -> Secrets:
        """A connection's secrets in the clear."""
        return sealing.opened(self._vault, row)

    def encrypt(self, secrets: Secrets, organisation: UUID) -> bytes:
        """A connection's secrets as they are stored."""
        return sealing.sealed(self._vault, secrets, organisation)

    def close(self) -> None:
        """Leave all servers; whoever still sends ends that mail first."""
        for _, account in self._accounts.values():
            account.pool.close()

    def reap(self) -> None:
        """Close connections that have been idle for long."""
        for _, account in list(self._accounts.values()):
            account.pool.reap()


def smtp_settings(
    settings: EmailSettings,
    details: ConnectionDetails,
    secrets: Secrets,
    token: Callable[[], str] | None = None,
) -> SmtpSettings:
    """Where and how to send, with `token` by XOAUTH2; raises Invalid that names the field."""
    server = details.smtp
    if server is None:
        raise Invalid.field("email_gateway.invalid", "smtp", "is needed to send")
    try:
        return SmtpSettings(
            host=server.host,
            port=server.port,
            security=server.security.value,
            local_hostname=settings.local_hostname,
            username=server.username,
            password=secrets.smtp_password or "",
            token=token,
            max_connections=details.max_connections,
            per_minute=details.per_minute,
            ca_file=settings.ca_file or None,
            private_hosts=settings.private_hosts,
        )
    except ValueError as error:
        field, _, reason = str(error).partition(": ")
        raise Invalid.field("email_gateway.invalid", f"smtp.{field}", reason) from None


def signer(details: ConnectionDetails, secrets: Secrets) -> DkimSigner | None:
    """The signing key; raises Invalid that names the field."""
    if details.dkim is None or secrets.dkim_key is None:
        return None
    try:
        return DkimSigner(details.dkim.domain, details.dkim.selector, secrets.dkim_key)
    except BadKey as error:
        raise Invalid.field("email_gateway.invalid", "dkim", str(error)) from None


def checked_address(address: str, *, test_domains: bool) -> str:
    """The address of a connection as it goes over the wire; raises Invalid."""
    try:
        return check_address(address, test_domains=test_domains)
    except LetterRefused as error:
        raise Invalid.field("email_gateway.invalid", "address", error.reason) from None
