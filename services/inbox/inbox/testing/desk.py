"""The service as its callers and the bus meet it, without either: for tests of its doors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select

from contracts.accounts import Balance, Charge, Price, price_of
from contracts.contacts import Contact, NewIdentity, Scheme
from contracts.inbox import Inbox
from contracts.sms_gateway import Outlook, TextToSend
from fairlead.bus.inbox import AlreadyDone, Work, begin_work
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.bus.wire import decode_envelope
from fairlead.context import Context, Role, acting, current, service_context
from fairlead.contract import EVENTS, Event, calls, decode, topic
from fairlead.errors import Conflict, Forbidden, Invalid, Unavailable
from fairlead.files import FileStore, StoredFile
from fairlead.jobs.work import Worker
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database, new_id

from .. import planning
from ..sent_export import SentExporter
from ..service import InboxService
from ..settings import InboxSettings
from ..store import scheduled
from ..store.scheduled import ScheduledRow
from . import contact

E = TypeVar("E", bound=Event)


class Agenda:
    """Stands in for contacts: makes a contact for each new address, unless it is away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.also: list[str] = []
        self.away = False
        self._known: dict[str, Contact] = {}
        self._meanwhile: dict[str, Callable[[], None]] = {}

    def know(self, who: Contact, address: str, meanwhile: Callable[[], None] | None = None) -> None:
        """Have somebody whom the inbox may not have heard of; `meanwhile` happens as it is asked
        for him."""
        self._known[address.casefold()] = who
        if meanwhile is not None:
            self._meanwhile[address.casefold()] = meanwhile

    def resolve(
        self, *, scheme: Scheme, value: str, name: str = "", also: Sequence[NewIdentity] = ()
    ) -> Contact:
        """Whose address this is, as contacts would answer a service."""
        self.also += [each.value for each in also]
        if current().role is not Role.SERVICE:
            raise Forbidden("rights.forbidden", "Only a service may ask this")
        if self.away:
            raise Unavailable("contacts.away", "contacts is not running")
        if not value.strip() or len(value) > 254:
            raise Invalid.field("contacts.invalid", "value", "is empty or too long")
        self.asked.append(value)
        self._meanwhile.get(value.casefold(), lambda: None)()
        return self._known.setdefault(value.casefold(), contact(name or value, value.lower()))


class Lists:
    """Stands in for the lists of contacts and trips: pages of `at_once`."""

    def __init__(self, at_once: int = 2) -> None:
        self.entries: list[Any] = []
        self.asked: list[dict[str, Any]] = []
        self.at_once = at_once

    def list_contacts(self, **arguments: Any) -> Any:
        """A page of contacts."""
        page = self._page(arguments)
        return SimpleNamespace(contacts=page.items, cursor=page.cursor)

    def list_itineraries(self, **arguments: Any) -> Any:
        """A page of trips."""
        page = self._page(arguments)
        return SimpleNamespace(itineraries=page.items, cursor=page.cursor)

    def _page(self, arguments: dict[str, Any]) -> Any:
        self.asked.append(arguments)
        start = int(arguments["cursor"] or 0)
        end = start + self.at_once
        cursor = str(end) if end < len(self.entries) else None
        return SimpleNamespace(items=self.entries[start:end], cursor=cursor)


class Purse:
    """Stands in for accounts: holds are kept, and there are `left` credits."""

    def __init__(self) -> None:
        self.left = 0
        self.held: dict[UUID, tuple[int, list[Charge]]] = {}
        self.released: list[UUID] = []
        self.senders: list[UUID | None] = []
        self.prices: list[Price] = []

    def get_credits(self) -> Balance:
        """What is left."""
        spent = sum(cost for cost, _ in self.held.values())
        available = self.left - spent
        return Balance(
            balance=self.left, reserved=spent, available=available, low_balance=0, low=False
        )

    def reserve_credits(
        self, *, hold: UUID, charges: list[Charge], user: UUID | None = None, user_name: str = ""
    ) -> int:
        """Set aside what these cost, as accounts would for a service."""
        if current().role is not Role.SERVICE:
            raise Forbidden("rights.forbidden", "Only a service may ask this")
        cost = sum(
            each.units * price_of(self.prices, each.channel, each.mode, each.address)
            for each in charges
        )
        available = self.get_credits().available
        if cost > available:
            raise Conflict("accounts.credits_missing", f"{cost - available} credits are missing")
        self.held[hold] = cost, charges
        self.senders.append(user)
        return cost

    def release_hold(self, *, hold: UUID) -> None:
        """Give it back."""
        self.released.append(hold)
        self.held.pop(hold, None)


class Scales:
    """Stands in for the SMS gateway: a part has ten characters."""

    def __init__(self) -> None:
        self.stopped: set[str] = set()
        self.away = False

    def foresee(self, *, texts: list[TextToSend], connection_id: UUID | None) -> list[Outlook]:
        """What would become of these."""
        if self.away:
            raise Unavailable("sms_gateway.away", "sms_gateway is not running")
        return [
            Outlook(
                parts=-(-len(each.text) // 10),
                refused="He wrote STOP" if each.number in self.stopped else None,
            )
            for each in texts
        ]


class Printer:
    """Stands in for the file store of jobs: keeps what they wrote."""

    def __init__(self, written: list[str]) -> None:
        self._written = written

    def put(self, organisation: UUID, parts: list[bytes], *, limit: int) -> StoredFile:
        """Keep a file."""
        content = b"".join(parts)
        self._written.append(content.decode())
        return StoredFile(f"{organisation}/{len(self._written)}", len(content), "")


class Cupboard:
    """Stands in for the file store: each organisation has the files under its own prefix."""

    def exists(self, organisation: UUID, key: str) -> bool:
        """Whether this organisation has it."""
        return key.startswith(f"{organisation}/")


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox in these tests."""


class Desk:
    """One organisation's view of a running inbox."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.organisation = uuid4()
        self.user = uuid4()
        self.contacts = Agenda()
        self.purse = Purse()
        self.scales = Scales()
        self.passed = dt.timedelta()
        service: Any = InboxService()
        service.store = ServiceStore(database, cast("Relay", _NobodyToWake()))
        service.contacts = self.contacts
        self.lists = Lists()
        service.contacts.list_contacts = self.lists.list_contacts
        service.itineraries = self.lists
        self.written: list[str] = []
        service.sent_exporter = SentExporter(
            service.store, cast("FileStore", Printer(self.written))
        )
        service.job_worker = Worker(service.store, now=self.clock)
        service.accounts = self.purse
        service.sms = self.scales
        service.files = Cupboard()
        service.config = InboxSettings.read("inbox", {})
        service.clock = self.clock
        self._service = service

    def clock(self) -> dt.datetime:
        """What the service takes for now: `passed` later than it is."""
        return dt.datetime.now(dt.UTC) + self.passed

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Within the block, everything happens in another organisation."""
        here, self.organisation = self.organisation, uuid4()
        try:
            yield
        finally:
            self.organisation = here

    def call(self, method: str, *, role: Role = Role.USER, **arguments: Any) -> Any:
        """Call a method through its contract: rights and types are checked as on the bus."""
        entry = calls(Inbox)[method]
        context = Context(
            role=role,
            organisation=None if role is Role.NOBODY else self.organisation,
            user=None if role in (Role.SERVICE, Role.NOBODY) else self.user,
            user_name=None if role is Role.SERVICE else "Maria Ruiz",
        )
        body = entry.encode_request(arguments)
        entry.right.check(context)
        with acting(context):
            result = getattr(self._service, method)(**entry.decode_request(body))
        return decode(msgspec.json.encode(result), entry.reply, "inbox")

    def hear(self, method: str, event: Event, *, id: UUID | None = None) -> bool:
        """Give an event to a handler; returns False where it had its effect before."""
        body = msgspec.json.encode(event)
        name = topic(type(event))
        begin_work(
            Work(
                event_id=id or new_id(),
                handler=method,
                topic=name,
                body=body,
                organisation=self.organisation,
            )
        )
        with acting(service_context(self.organisation)):
            try:
                getattr(self._service, method)(decode(body, type(event), name))
            except AlreadyDone:
                return False
        return True

    def leave(self) -> None:
        """Let every scheduled message leave whose moment has come."""
        with acting(service_context(None)):
            while self._service.leave_scheduled():
                pass

    def work(self, steps: int | None = None) -> None:
        """Work on jobs until there is none, or for so many turns; nobody waits for a rate."""
        with acting(service_context(None)):
            while steps != 0 and self._service.work_on_jobs():
                self.passed += dt.timedelta(minutes=2)
                steps = None if steps is None else steps - 1

    def abandon(self) -> list[ScheduledRow]:
        """Claim what is due, as a worker that dies then; returns what it had."""
        now = self.clock()
        with self.database.transaction(EVERYWHERE) as session:
            return list(scheduled.claim_due(session, str(new_id()), now, 10))

    def go_on(self, claimed: list[ScheduledRow]) -> None:
        """Let that worker go on, as if it had only been slow."""
        for row in claimed:
            with acting(planning.context_of(row)):
                self._service._leave(row)

    def forget(self) -> None:
        """Let the hourly loop run once."""
        with acting(service_context(None)):
            self._service.forget()

    def index(self) -> None:
        """Let the words index catch up with what was there before it."""
        with acting(service_context(None)):
            while self._service.index_what_is_not_yet():
                pass

    def end_presence(self) -> None:
        """Let the loop that ends what nobody says any more run once."""
        with acting(service_context(None)):
            self._service.end_presence()

    def bring_back(self) -> None:
        """Let the loop that brings back what was put off run once."""
        with acting(service_context(None)):
            self._service.bring_back()

    def told(self, kind: type[E]) -> list[E]:
        """The events of a kind that this organisation published so far, the oldest first."""
        with self.database.reading(EVERYWHERE) as session:
            rows = session.scalars(
                select(OutboxRow)
                .where(OutboxRow.topic == topic(kind))
                .order_by(OutboxRow.created_at, OutboxRow.id)
            ).all()
        envelopes = [decode_envelope(row.body) for row in rows]
        assert topic(kind) in EVENTS
        return [
            decode(bytes(each.data), kind, topic(kind))
            for each in envelopes
            if each.organisation == self.organisation
        ]
