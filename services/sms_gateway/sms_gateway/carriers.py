"""The carriers of this process: each connection's session belongs to one process at a time."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import eventlet
import structlog
from eventlet.semaphore import Semaphore

from contracts.channels import ConnectionState
from contracts.sms_gateway import SmppServer, SmsConnectionKind
from fairlead.outbound import Outbound
from fairlead.secrets import Undecryptable, Vault
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import lease

from .carrier import Carrier
from .http_api.client import Api, Client
from .http_carrier import HttpCarrier
from .secret import password_of
from .smpp.session import Direction, Options
from .smpp_carrier import SmppCarrier
from .store import connections
from .store.tables import ConnectionRow
from .taking import Taker
from .told import set_state

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0  # renewed each time `keep` is called, every five seconds


@dataclass(slots=True)
class _Kept:
    version: int
    carrier: Carrier
    greenlet: Any


class Carriers:
    """Carriers that are kept here, and the sandbox, which is everybody's."""

    def __init__(
        self,
        store: ServiceStore,
        vault: Vault,
        wake_reader: Callable[[], None],
        outbound: Outbound,
        hooks: str,
        *,
        private_hosts: bool,
    ) -> None:
        self._store = store
        self._vault = vault
        self._wake_reader = wake_reader
        self._outbound = outbound
        self._hooks = hooks
        self._private_hosts = private_hosts
        self._owner = secrets.token_hex(8)
        self._kept: dict[UUID, _Kept] = {}
        self._sandboxes: set[UUID] = set()
        self._keeping = Semaphore(1)

    def ready(self) -> list[UUID]:
        """The connections by which this process can send now."""
        return [id for id, kept in self._kept.items() if kept.carrier.ready] + [*self._sandboxes]

    def of(self, id: UUID) -> Carrier | None:
        """The carrier of a connection, if it is kept here."""
        kept = self._kept.get(id)
        return kept.carrier if kept else None

    def keep(self) -> None:
        """Take what is free, go on with what is ours, leave what was changed or removed.

        One at a time: the lease is the process's, so two of its greenlets could both have it and
        sign in, and nobody would end the first session.
        """
        with self._keeping:
            self._look()

    def _look(self) -> None:
        with self._store.reading(EVERYWHERE) as session:
            rows = {row.id: row for row in connections.listed(session)}
        self._sandboxes = {
            id for id, row in rows.items() if row.details.kind is SmsConnectionKind.SANDBOX
        }
        for id, kept in list(self._kept.items()):
            row = rows.get(id)
            if row is None or row.version != kept.version or not self._lease(id):
                self._leave(id)
        for id, row in rows.items():
            if id not in self._kept and id not in self._sandboxes and self._lease(id):
                self._begin(row)

    def stop(self) -> None:
        """Sign out everywhere; another process may go on at once."""
        for id in list(self._kept):
            self._leave(id)

    def _lease(self, id: UUID) -> bool:
        with self._store.transaction(EVERYWHERE) as session:
            return lease.acquire(
                session, f"carrier {id}", self._owner, now=_now(), seconds=LEASE_SECONDS
            )

    def _leave(self, id: UUID) -> None:
        kept = self._kept.pop(id)
        kept.carrier.stop()
        kept.greenlet.kill()
        with self._store.transaction(EVERYWHERE) as session:
            lease.release(session, f"carrier {id}", self._owner)

    def _begin(self, row: ConnectionRow) -> None:
        try:
            carrier = self._carrier(row)
        except Undecryptable:  # one key that is gone stops no other connection
            said = "Its password cannot be read: set it anew"
            self._tell(row, ConnectionState.FAILING, said, for_good=True)
            return
        self._kept[row.id] = _Kept(row.version, carrier, eventlet.spawn(carrier.run))

    def _carrier(self, row: ConnectionRow) -> Carrier:
        details, password = row.details, password_of(self._vault, row)
        tell = partial(self._tell, row)
        if details.http is not None:
            http = details.http
            api = Api(http.base_url, http.account, password, http.messaging_service)
            callbacks = f"{self._hooks}/{row.id}"
            client = Client(api, self._outbound)
            return HttpCarrier(client, http, details.sender, callbacks, tell)
        assert details.smpp is not None  # for the type checker: each kind has its part
        options = options_of(details.smpp, password, private_hosts=self._private_hosts)
        taker = Taker(self._store, row.organisation_id, row.id, details, self._wake_reader)
        return SmppCarrier(options, details, taker, tell)

    def _tell(
        self,
        row: ConnectionRow,
        state: ConnectionState,
        reason: str | None,
        *,
        for_good: bool = False,
    ) -> None:
        try:
            with self._store.transaction(row.organisation_id) as session:
                set_state(session, row.id, state, reason, _now(), for_good=for_good)
        except Exception as error:
            # Often it is the store whose absence ended what is told here; the session goes on.
            log.warning("connection's state not kept", connection=str(row.id), error=str(error))


def options_of(smpp: SmppServer, password: str, *, private_hosts: bool) -> Options:
    """How to reach a message centre."""
    return Options(
        host=smpp.host,
        port=smpp.port,
        system_id=smpp.system_id,
        password=password,
        system_type=smpp.system_type,
        direction=Direction[smpp.direction.name],
        tls=smpp.tls,
        window=smpp.window,
        private_hosts=private_hosts,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
