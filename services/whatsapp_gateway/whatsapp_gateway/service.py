"""The WhatsApp gateway: knows numbers and networks, and nothing of trips."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.channels import (
    ConnectionCopies,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
    WhatsAppQueued,
)
from contracts.groups import GroupCopies, WhatsAppGroupOrdered
from contracts.persons import Person, PersonErasure, PersonPage
from contracts.whatsapp_gateway import SignedHook, WhatsAppGateway
from fairlead.errors import Forbidden
from fairlead.projections.copying import page_of, reach
from fairlead.service import EVERYWHERE, Config, Parts, Store, loop, on, rpc
from fairlead.store import queue

from . import closing, grouping, persons, queueing
from .doors.connections import Connections
from .doors.sandbox import SandboxDoors
from .doors.templates import Templates
from .office import Office, make_office
from .settings import WhatsAppSettings
from .store import files, outgoing
from .store.group_tables import GroupRow
from .store.tables import ConnectionRow, IncomingRow
from .told import as_told

KEEP_SECONDS = 2.0  # until a person who connects a number sees its code
PARKED_FOR = dt.timedelta(days=30)  # Meta tells for so long that somebody read at last


class WhatsAppGatewayService(Connections, Templates, SandboxDoors):
    """Implements contracts.whatsapp_gateway. Its other doors are in `doors`."""

    name = "whatsapp_gateway"
    implements = WhatsAppGateway
    store = Store()
    config = Config(WhatsAppSettings)
    office = Parts(make_office, stop=Office.stop)

    @on(WhatsAppQueued)
    def message_queued(self, event: WhatsAppQueued) -> None:
        """Take a message in; it leaves by `send`."""
        with self.store.once() as session:
            queueing.take(session, event, dt.datetime.now(dt.UTC))
        self.office.sending.ring()

    @on(WhatsAppAmendmentQueued)
    def amendment_queued(self, event: WhatsAppAmendmentQueued) -> None:
        """Take an amendment in; it leaves by `send` as well."""
        with self.store.once() as session:
            queueing.take_amendment(session, event, dt.datetime.now(dt.UTC))
        self.office.sending.ring()

    @on(WhatsAppGroupOrdered)
    def group_ordered(self, event: WhatsAppGroupOrdered) -> None:
        """Take an order about a group in; `order` carries it out."""
        with self.store.once() as session:
            grouping.take(session, event, dt.datetime.now(dt.UTC))
        self.office.ordering.ring()

    @on(WhatsAppAttended)
    def chat_attended(self, event: WhatsAppAttended) -> None:
        """Let the other side see that we read, or write."""
        with self.store.once():
            pass  # it may be lost, and is not said twice
        self.office.attending.attend(event)

    @loop(every=0)
    def send(self) -> None:
        """Send what is due."""
        self.office.sender.send_some()

    @loop(every=outgoing.RENEW_SECONDS)
    def keep_leases(self) -> bool:
        """Say that what is being sent here still is."""
        self.office.sender.keep_leases()
        return False

    @loop(every=15.0)
    def give_up(self) -> bool:
        """End what could not leave in time."""
        self.office.sender.give_up()
        return False

    @loop(every=900.0)
    def close(self) -> bool:
        """End the waiting for what nobody tells of."""
        return closing.close_some(self.store, dt.datetime.now(dt.UTC))

    @loop(every=86400.0)
    def learn_templates(self) -> bool:
        """Ask Meta each day, and at the start, which templates it has approved."""
        self.office.wording.fetch_all()
        return False

    @loop(every=2.0)
    def attend(self) -> bool:
        """Let the other side see what was read where its number is not held."""
        self.office.attending.catch_up()
        return False

    @loop(every=0)
    def receive(self) -> None:
        """Work off what networks brought."""
        self.office.reader.work_some()

    @loop(every=5.0)
    def rematch(self) -> bool:
        """Let statuses have their effect that crossed with the answer to their message."""
        self.office.reader.rematch()
        return False

    @loop(every=0, greenlets=2)
    def order(self) -> None:
        """Do with groups what is ordered."""
        self.office.orders.work_some()

    @loop(every=0, greenlets=2)
    def fetch(self) -> None:
        """Fetch the files of messages."""
        self.office.fetcher.fetch_some()

    @loop(every=KEEP_SECONDS)
    def keep_linked(self) -> bool:
        """Look after the numbers that are connected by a linked device."""
        if self.office.linked is not None:
            self.office.linked.keep()
        return False

    @loop(every=KEEP_SECONDS)
    def guard_linked(self) -> bool:
        """End those that may be another process's, whatever `keep_linked` waits for."""
        if self.office.linked is not None:
            self.office.linked.guard()
        return False

    @loop(every=3600.0)
    def forget(self) -> bool:
        """Forget what was told of messages that were never ours, what was understood long ago as it
        came, and the sessions of removed numbers."""
        now = dt.datetime.now(dt.UTC)
        with self.store.transaction(EVERYWHERE) as session:
            outgoing.forget_parked(session, now - PARKED_FOR)
            before = now - dt.timedelta(days=self.config.raw_days)
            more = queue.forget(session, IncomingRow, before)
        if self.office.linked is not None:
            self.office.linked.erase()
        return more

    @rpc
    def whatsapp_connections_page(self, *, after: UUID | None, limit: int) -> ConnectionCopies:
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, ConnectionRow, ConnectionRow.id, after, limit)
            return ConnectionCopies(items=[as_told(row) for row in rows], total=total)

    @rpc
    def groups_page(self, *, after: UUID | None, limit: int) -> GroupCopies:
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, GroupRow, GroupRow.id, after, limit)
            now = dt.datetime.now(dt.UTC)
            items = [grouping.as_told(session, row, now) for row in rows]
            return GroupCopies(items=items, total=total)

    @rpc
    def challenge_hook(self, *, connection: UUID, token: str, challenge: str) -> str:
        return self.office.hooks.challenge(connection, token, challenge)

    @rpc
    def take_hook(self, *, connection: UUID, body: bytes, signature: str) -> None:
        hook = SignedHook(body=body, signature=signature)
        if not all(self.office.hooks.take(connection, [hook])):
            raise Forbidden("whatsapp_gateway.wrong_signature", "Meta did not sign it")

    @rpc
    def take_hooks(self, *, connection: UUID, hooks: list[SignedHook]) -> list[bool]:
        return self.office.hooks.take(connection, hooks)

    @rpc
    def files_held(self, *, keys: list[str]) -> list[str]:
        with self.store.reading() as session:
            return sorted(files.held(session, keys))

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        with self.store.reading() as session:
            return persons.export(session, person, cursor)

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        with self.store.transaction() as session:
            return persons.erase(session, person, cursor)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        return PersonErasure(changed=0, cursor=None)  # her messages are found by her addresses
