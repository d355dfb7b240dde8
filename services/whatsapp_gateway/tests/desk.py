"""The sender at work on a store, by a network that answers as a test says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import sqlalchemy as sa

from contracts.channels import (
    ConnectionState,
    DeliveryStatus,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
    WhatsAppQueued,
)
from contracts.whatsapp_gateway import WhatsAppConnectionDetails, WhatsAppConnectionKind
from fairlead.bell import Bell
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.service import ServiceStore
from fairlead.store import Database, new_id
from fairlead.testing.schema import bring_up
from whatsapp_gateway.domain import addresses
from whatsapp_gateway.domain.grouping import Described
from whatsapp_gateway.domain.heard import Heard, Media
from whatsapp_gateway.domain.pieces import pieces
from whatsapp_gateway.drivers import GroupTask, NotFetched, Outcome, Parcel, Refused, Taken, Undone
from whatsapp_gateway.numbers import Numbers
from whatsapp_gateway.sender import Sender
from whatsapp_gateway.store import outgoing
from whatsapp_gateway.store.tables import ConnectionRow, MessageRow, PieceRow
from whatsapp_gateway.understanding import understand

OURS = uuid4()
PHONE = "351910000001"


class NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox in these tests."""


class Network:
    """As `Drivers` and `Driver`: what it is given, and what it answers, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Outcome | Callable[[Parcel], Outcome]] = [Taken("wamid")]
        self.given: list[Parcel] = []
        self.here = True
        self.remembers = False

    def ready(self, id: UUID) -> bool:
        return self.here

    def reaches(self, id: UUID) -> bool:
        return self.here

    def of(self, connection: ConnectionRow) -> Network:
        return self

    def stop(self) -> None:
        pass

    def send(self, parcel: Parcel) -> Outcome:
        self.given.append(parcel)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        outcome = answer if not callable(answer) else answer(parcel)
        if isinstance(outcome, Taken):
            return _named(outcome, f"wamid.{len(self.given)}")
        return outcome

    def amend(self, organisation: UUID, amendment: WhatsAppAmendmentQueued) -> Outcome:
        return Refused("not in these tests")

    def group(self, task: GroupTask) -> Described | Undone:
        return Refused("not in these tests")

    def attend(self, organisation: UUID, attended: WhatsAppAttended) -> None:
        pass

    def fetch(self, media: Media) -> Iterable[bytes]:
        if not self.here:
            raise NotFetched("the phone's link is not connected here")
        return [b"\xff\xd8\xff\xe0 a picture of a gate"]


def _named(outcome: Taken, id: str) -> Taken:
    return Taken(id, outcome.also, outcome.media_id)


class Desk:
    """A number, and who sends by it."""

    def __init__(self, store: Database, kind: WhatsAppConnectionKind) -> None:
        bring_up(store, "whatsapp_gateway")
        self.store = ServiceStore(store, cast("Relay", NobodyToWake()))
        self.network = Network()
        self.numbers = Numbers({kind: self.network})
        self.sender = Sender(self.store, self.numbers, Bell())
        details = WhatsAppConnectionDetails(label="Operations", kind=kind, number="+351210000000")
        self.now = dt.datetime.now(dt.UTC)
        with self.store.transaction(OURS) as session:
            row = ConnectionRow(
                id=new_id(), details=details, number="351210000000",
                state=ConnectionState.OPEN.value, is_default=True, version=1,
                since=self.now - dt.timedelta(days=30),
            )  # fmt: skip
            session.add(row)
            session.flush()
            self.connection = row.id

    def queue(self, text: str = "Hello", **changes: Any) -> UUID:
        made = WhatsAppQueued(
            message_id=new_id(), delivery_id=new_id(), connection_id=self.connection,
            conversation_id=new_id(), address=PHONE, text=text, queued_at=self.now,
        )  # fmt: skip
        queued = msgspec.structs.replace(made, **changes)
        with self.store.transaction(OURS) as session:
            row = MessageRow(
                id=queued.delivery_id, message_id=queued.message_id,
                connection_id=self.connection, key=addresses.key(queued.address), queued=queued,
                status=DeliveryStatus.QUEUED.value, queued_at=queued.queued_at,
                valid_until=queued.queued_at + dt.timedelta(days=1), due_at=self.now, attempts=0,
            )  # fmt: skip
            outgoing.add(session, row, pieces(queued))
        return queued.delivery_id

    def hears(self, *items: Heard) -> None:
        """The network tells this."""
        for item in items:
            with self.store.transaction(OURS) as session:
                connection = session.scalars(sa.select(ConnectionRow)).one()
                understand(session, connection, item, dt.datetime.now(dt.UTC))

    def sends(self) -> None:
        """What is due is sent, until the end of it."""
        self.sender._begin_messages()
        self.sender._pool.waitall()

    def change(self, id: UUID, **values: Any) -> None:
        with self.store.transaction(OURS) as session:
            session.execute(sa.update(MessageRow).where(MessageRow.id == id).values(**values))

    def begun(self, id: UUID) -> None:
        """Its first piece may have left, by a process that died."""
        with self.store.transaction(OURS) as session:
            first = (PieceRow.delivery_id == id) & (PieceRow.number == 1)
            session.execute(sa.update(PieceRow).where(first).values(begun=True))
        self.change(id, owner="dead", lease_until=self.now, attempts=1)

    def row(self, id: UUID) -> MessageRow:
        with self.store.reading(OURS) as session:
            return session.scalars(sa.select(MessageRow).where(MessageRow.id == id)).one()

    def pieces(self, id: UUID) -> list[PieceRow]:
        with self.store.reading(OURS) as session:
            return outgoing.pieces(session, id)

    def told(self, id: UUID) -> list[str]:
        """The events that tell of it."""
        with self.store.reading(OURS) as session:
            bodies = session.scalars(sa.select(OutboxRow.body).order_by(OutboxRow.id))
            return [body.decode() for body in bodies if str(id).encode() in body]
