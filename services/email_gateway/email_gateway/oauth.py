"""Access tokens of the big mail hosts, for XOAUTH2: asked for and kept while they are good."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from contracts.email_gateway import ConnectionKind
from fairlead.errors import NotFound
from fairlead.outbound import Bounds, Outbound, OutboundError
from fairlead.secrets import Vault
from fairlead.service import ServiceStore
from fairlead.settings import Secret

from . import sealing
from .domain.credentials import OAUTH
from .domain.grants import NoToken, granted, question
from .settings import EmailSettings
from .store import connections
from .store.tables import ConnectionRow

REFUSED_FOR = 60.0  # seconds in which a refusal is not asked for again
BOUNDS: Final = Bounds(connect=5.0, total=15.0, size=64 * 1024, whole=True)
_HEADERS: Final = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Accept": "application/json",
}


@dataclass(frozen=True, slots=True)
class Client:
    """What this installation is to a mail host."""

    host: str
    id: str
    secret: str = field(repr=False)
    url: str


def clients(settings: EmailSettings) -> dict[ConnectionKind, Client]:
    """The hosts at which an operator has registered this installation."""
    known = {
        ConnectionKind.GOOGLE: Client(
            "Google",
            settings.google_client_id,
            _revealed(settings.google_client_secret),
            settings.google_token_url.reveal(),
        ),
        ConnectionKind.MICROSOFT: Client(
            "Microsoft",
            settings.microsoft_client_id,
            _revealed(settings.microsoft_client_secret),
            settings.microsoft_token_url.reveal(),
        ),
    }
    return {kind: client for kind, client in known.items() if client.id}


def _revealed(secret: Secret | None) -> str:
    return "" if secret is None else secret.reveal()


@dataclass(slots=True)
class _Known:
    version: int
    until: float
    token: str | None
    refusal: str | None


class Tokens:
    """The access tokens of this process's connections. For any number of greenlets."""

    def __init__(self, store: ServiceStore, vault: Vault, settings: EmailSettings) -> None:
        self._store = store
        self._vault = vault
        self._clients = clients(settings)
        self._ca_file = settings.outbound_ca_file
        self._known: dict[UUID, _Known] = {}
        self._locks: dict[UUID, threading.Lock] = {}

    def source(self, row: ConnectionRow) -> Callable[[], str] | None:
        """What gives a connection's token each time it signs in; None where it has a password.

        The function raises NoToken.
        """
        kind = row.details.kind
        if kind not in OAUTH:
            return None
        return partial(self._token, row.organisation_id, row.id, row.version, kind)

    def forget(self, id: UUID) -> None:
        """The host did not take the connection's token: the next one is asked for anew."""
        known = self._known.get(id)
        if known is not None and known.token is not None:
            del self._known[id]

    def _token(self, organisation: UUID, id: UUID, version: int, kind: ConnectionKind) -> str:
        with self._locks.setdefault(id, threading.Lock()):
            known = self._known.get(id)
            if known is None or known.version != version or known.until <= time.monotonic():
                known = self._known[id] = self._ask(organisation, id, version, kind)
        if known.token is None:
            raise NoToken(known.refusal or "", refused=True)
        return known.token

    def _ask(self, organisation: UUID, id: UUID, version: int, kind: ConnectionKind) -> _Known:
        client = self._clients.get(kind)
        if client is None:
            raise NoToken(f"signing in to {kind.value} is no longer set up here")
        with self._store.reading(organisation) as session:
            row = connections.get(session, id)
        secrets = sealing.opened(self._vault, row)
        refresh_token = secrets.oauth_refresh_token or ""
        body = question(refresh_token, client.id, client.secret)
        # The operator named the address, on whatever network it is.
        outbound = Outbound(
            plain=client.url.startswith("http:"), private=True, ca_file=self._ca_file
        )
        try:
            answer = outbound.request(
                "POST", client.url, headers=_HEADERS, body=body, bounds=BOUNDS
            )
        except OutboundError as error:
            raise NoToken(f"{client.host} could not be asked for a token: {error.text}") from None
        try:
            grant = granted(client.host, answer.status, answer.body, refresh_token, client.secret)
        except NoToken as error:
            if not error.refused:
                raise
            return _Known(version, time.monotonic() + REFUSED_FOR, None, str(error))
        if grant.refresh_token is not None and grant.refresh_token != refresh_token:
            self._keep(organisation, id, version, grant.refresh_token)
        return _Known(version, time.monotonic() + grant.seconds, grant.access_token, None)

    def _keep(self, organisation: UUID, id: UUID, version: int, refresh_token: str) -> None:
        """Microsoft gives a new refresh token each time; the one before ends some day."""
        with self._store.transaction(organisation) as session:
            try:
                row = connections.get(session, id)
            except NotFound:
                return
            if row.version == version:
                secrets = sealing.opened(self._vault, row)
                renewed = msgspec.structs.replace(secrets, oauth_refresh_token=refresh_token)
                row.secrets = sealing.sealed(self._vault, renewed, organisation)
