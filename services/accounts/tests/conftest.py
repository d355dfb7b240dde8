"""Accounts behind their door, without a bus, on each database."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from argon2 import PasswordHasher
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy import select

from accounts.domain.passwords import Passwords
from accounts.service import AccountsService
from contracts.accounts import Accounts
from contracts.notifications import NotificationRaised
from fairlead.bus.events import On
from fairlead.bus.inbox import AlreadyDone, Work, begin_work
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.bus.wire import decode_envelope
from fairlead.context import acting, current, service_context
from fairlead.contract import EVENTS, Call, Event, calls, decode, topic
from fairlead.kinds import Secret
from fairlead.recorded import AuditRecorded
from fairlead.secrets import Vault, new_key
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database, new_id
from fairlead.testing.databases import store_url
from fairlead.testing.schema import bring_up

__all__ = ["store_url"]


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox in these tests."""


class Desk:
    """The service as its callers meet it: rights, arguments and answers are checked as on the bus.

    `client` has the methods of the interface; who asks is the current context.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url, name="accounts", pool_size=20)
        bring_up(self.database, "accounts")
        service: Any = AccountsService()
        service.store = ServiceStore(self.database, cast("Relay", _NobodyToWake()))
        # Hashes that cost little; what real ones cost is tested where it matters.
        service.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        service.vault = Vault([Secret(new_key())])
        service.config = SimpleNamespace(address="https://hub.test")
        self.service = service
        methods = {name: partial(self._call, entry) for name, entry in calls(Accounts).items()}
        self.client: Any = type("Client", (), methods)()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def told(self) -> list[Event]:
        """What others are told by the events that wait in the outbox, the oldest first."""
        return [each for each in self.said() if not isinstance(each, AuditRecorded)]

    def recorded(self) -> list[AuditRecorded]:
        """What of it is for the audit log."""
        return [each for each in self.said() if isinstance(each, AuditRecorded)]

    def hear(self, event: Event, organisation: UUID | None, id: UUID | None = None) -> bool:
        """Let the service hear `event`; whether it had an effect that it did not have before."""
        [name] = [
            name
            for name, method in inspect.getmembers(AccountsService, callable)
            for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
            if isinstance(entrypoint, On) and entrypoint.event is type(event)
        ]
        begin_work(Work(id or new_id(), name, topic(type(event)), b"", organisation))
        with acting(service_context(organisation)):
            try:
                getattr(self.service, name)(event)
            except AlreadyDone:
                return False
        return True

    def settle(self, organisation: UUID) -> None:
        """Let the service hear all that it said and hears itself."""
        for event in self.said():
            if isinstance(event, AuditRecorded | NotificationRaised):
                self.hear(event, organisation)

    def said(self) -> list[Event]:
        """The events that wait in the outbox, the oldest first."""
        with self.database.reading(EVERYWHERE) as session:
            bodies = session.scalars(select(OutboxRow.body).order_by(OutboxRow.id)).all()
        envelopes = [decode_envelope(body) for body in bodies]
        return [
            decode(bytes(envelope.data), EVENTS[envelope.type], "accounts")
            for envelope in envelopes
        ]

    def _call(self, entry: Call, /, **arguments: Any) -> Any:
        body = entry.encode_request(arguments)
        entry.right.check(current())
        result = getattr(self.service, entry.method)(**entry.decode_request(body))
        return decode(msgspec.json.encode(result), entry.reply, "accounts")


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """Accounts with an empty database, once on each kind."""
    desk = Desk(store_url)
    yield desk
    desk.close()
