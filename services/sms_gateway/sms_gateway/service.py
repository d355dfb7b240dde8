"""The SMS gateway: knows carriers and phones, and nothing of trips."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.channels import ConnectionCopies, DeliveryStatus, SmsQueued
from contracts.persons import Person, PersonErasure, PersonPage
from contracts.sms_gateway import (
    Measured,
    OptOutPage,
    Outlook,
    SandboxPhone,
    SandboxText,
    SentPage,
    SentText,
    SmsConnection,
    SmsConnectionDetails,
    SmsGateway,
    TextToSend,
)
from fairlead.audit import record
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.projections.copying import page_of, reach
from fairlead.service import EVERYWHERE, Config, Parts, Store, loop, on, rpc
from fairlead.store import queue

from . import adopting, closing, persons, queueing
from .domain.parts import TooLong
from .office import Office, make_office
from .sandbox import Sandbox
from .settings import SmsSettings
from .store import connections, opt_outs, texts
from .store.tables import CallbackRow, ConnectionRow, IncomingRow, TextRow
from .told import as_told

PARKED_FOR = dt.timedelta(days=7)


class SmsGatewayService:
    """Implements contracts.sms_gateway."""

    name = "sms_gateway"
    implements = SmsGateway
    store = Store()
    config = Config(SmsSettings)
    office = Parts(make_office, stop=Office.stop)

    @on(SmsQueued)
    def message_queued(self, event: SmsQueued) -> None:
        """Take a text in; it leaves by `send`."""
        with self.store.once() as session:
            queueing.take(session, event, dt.datetime.now(dt.UTC))
        self.office.sender.wake()

    @loop(every=0)
    def send(self) -> None:
        """Send texts that are due."""
        self.office.sender.send_some()

    @loop(every=texts.RENEW_SECONDS)
    def keep_leases(self) -> bool:
        """Say that what is being sent here still is."""
        self.office.sender.keep_leases()
        return False

    @loop(every=0)
    def receive(self) -> None:
        """Work off what carriers brought."""
        self.office.reader.work_some()

    @loop(every=0)
    def work_callbacks(self) -> None:
        """Work off what carriers said over HTTP."""
        self.office.callbacks.work_some()

    @loop(every=5.0)
    def keep_connected(self) -> bool:
        """Sign in where nobody is."""
        self.office.carriers.keep()
        return False

    @loop(every=60.0)
    def close(self) -> bool:
        """Match receipts that name nothing, and end the waiting for what will not be told."""
        adopting.adopt_some(self.store, dt.datetime.now(dt.UTC))
        return closing.close_some(self.store, dt.datetime.now(dt.UTC))

    @loop(every=3600.0)
    def forget(self) -> bool:
        """Forget receipts of texts that were never ours, and what was understood long ago as it
        came."""
        now = dt.datetime.now(dt.UTC)
        before = now - dt.timedelta(days=self.config.raw_days)
        with self.store.transaction(EVERYWHERE) as session:
            texts.forget_parked(session, now - PARKED_FOR)
            return any(queue.forget(session, kind, before) for kind in (IncomingRow, CallbackRow))

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
        return PersonErasure(changed=0, cursor=None)  # texts to her are found by her number

    @rpc
    def list_sms_connections(self) -> list[SmsConnection]:
        return self.office.connecting.listed()

    @rpc
    def get_sms_connection(self, *, id: UUID) -> SmsConnection:
        return self.office.connecting.get(id)

    @rpc
    def create_sms_connection(
        self, *, details: SmsConnectionDetails, id: UUID | None = None
    ) -> SmsConnection:
        made = self.office.connecting.create(details, id)
        self.office.carriers.keep()
        return made

    @rpc
    def update_sms_connection(
        self, *, id: UUID, version: int, details: SmsConnectionDetails
    ) -> SmsConnection:
        return self.office.connecting.update(id, version, details)

    @rpc
    def remove_sms_connection(self, *, id: UUID) -> None:
        self.office.connecting.remove(id)

    @rpc
    def take_sms_callback(
        self, *, id: UUID, url: str, content_type: str, signature: str, body: bytes
    ) -> None:
        self.office.callbacks.take(id, url, content_type, signature, body)

    @rpc
    def sms_connections_page(self, *, after: UUID | None, limit: int) -> ConnectionCopies:
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, ConnectionRow, ConnectionRow.id, after, limit)
            return ConnectionCopies(items=[as_told(row) for row in rows], total=total)

    @rpc
    def measure(self, *, text: str, connection_id: UUID | None = None) -> Measured:
        with self.store.reading() as session:
            connection = connections.choose(session, connection_id)
        try:
            return queueing.measured(text, connection.details if connection else None)
        except TooLong as error:
            raise Invalid.field("sms_gateway.text_too_long", "text", str(error)) from None

    @rpc
    def foresee(
        self, *, texts: list[TextToSend], connection_id: UUID | None = None
    ) -> list[Outlook]:
        with self.store.reading() as session:
            connection = connections.choose(session, connection_id)
            details = connection.details if connection else None
            return [queueing.outlook(session, each, details) for each in texts]

    @rpc
    def list_opt_outs(
        self, *, number: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> OptOutPage:
        with self.store.reading() as session:
            page = opt_outs.listed(session, number=number, cursor=cursor, limit=limit)
            found = [opt_outs.view_of(each) for each in page.items]
        return OptOutPage(opt_outs=found, cursor=page.next)

    @rpc
    def lift_opt_out(self, *, number: str) -> None:
        with self.store.transaction() as session:
            if not opt_outs.start(session, number):
                raise NotFound("sms_gateway.opt_out_not_found", "This number stopped no texts")
            # Whose it is nobody knows here, so that no erasure would find the number in the log.
            label = f"…{number[-4:]}"
            record(session, "sms_opt_out.lifted", entity="sms_opt_out", id=None, label=label)

    @rpc
    def list_sent(
        self,
        *,
        number: str | None = None,
        connection_id: UUID | None = None,
        status: DeliveryStatus | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> SentPage:
        with self.store.reading() as session:
            page = texts.listed(
                session,
                number=number,
                connection_id=connection_id,
                status=status,
                cursor=cursor,
                limit=limit,
            )
            found = [_sent(row) for row in page.items]
        return SentPage(texts=found, cursor=page.next)

    @rpc
    def sandbox_phones(self) -> list[SandboxPhone]:
        return self._sandbox().phones()

    @rpc
    def sandbox_texts(self, *, number: str, limit: int = 50) -> list[SandboxText]:
        return self._sandbox().texts(number, limit)

    @rpc
    def sandbox_deliver(self, *, id: UUID, arrived: bool = True) -> SandboxText:
        return self._sandbox().receive(id, arrived=arrived)

    @rpc
    def sandbox_text(self, *, number: str, text: str) -> None:
        self._sandbox().write(number, text)

    def _sandbox(self) -> Sandbox:
        if not self.config.sandbox:
            raise Conflict("sms_gateway.no_sandbox", "The sandbox is switched off here")
        return self.office.sandbox


def _sent(row: TextRow) -> SentText:
    return SentText(
        delivery_id=row.id,
        message_id=row.message_id,
        connection_id=row.connection_id,
        number=row.number,
        text=row.text,
        parts=row.parts,
        delivered=row.delivered,
        status=DeliveryStatus(row.status),
        reason=row.reason,
        queued_at=row.queued_at,
    )
