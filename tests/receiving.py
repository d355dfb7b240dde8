"""A receiver of mail with a store of its own, for tests of what becomes of a mail."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import sqlalchemy as sa

from contracts.channels import ConnectionState, EmailQueued, EmailRecipient, Mailbox, RecipientRole
from contracts.email_gateway import ConnectionDetails, ConnectionKind
from email_gateway.domain.threads import Threader
from email_gateway.domain.tracking import Tracker
from email_gateway.receiver import Receiver
from email_gateway.store import outgoing
from email_gateway.store.tables import ConnectionRow, DispatchRow, IncomingRow
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.bus.wire import decode_envelope
from fairlead.contract import Event, decode, topic
from fairlead.files import open_store
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database, new_id
from fairlead.store.migrations import migrate

E = TypeVar("E", bound=Event)


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """What is told stays in the outbox, to be looked at."""


class Receiving:
    """A receiver, and what it stored and told."""

    def __init__(self, store: Database, folder: Path) -> None:
        migrate(store, "email_gateway")
        self.store = store
        self.threader = Threader(b"k" * 32)
        self.files = open_store(f"{folder}/files")
        self.receiver = Receiver(
            ServiceStore(store, cast("Relay", _NobodyToWake())),
            self.files,
            [self.threader],
            Tracker("a secret of some length"),
        )
        self.organisation = uuid4()
        self.connection = self.connect("desk@agency.test")

    def connect(self, address: str, organisation: UUID | None = None) -> UUID:
        """A connection of the organisation, or of another, for an address."""
        details = ConnectionDetails(label=address, address=address, kind=ConnectionKind.SANDBOX)
        row = ConnectionRow(
            id=new_id(),
            address=address,
            details=details,
            state=ConnectionState.OPEN.value,
            is_default=False,
            version=1,
            connected_at=now(),
        )
        with self.store.transaction(organisation or self.organisation) as session:
            session.add(row)
            session.flush()
            return row.id

    def send(self, address: str, **values: Any) -> DispatchRow:
        """A message that went out to an address; `values` are for its dispatch."""
        recipient = EmailRecipient(
            delivery_id=new_id(), role=RecipientRole.TO, mailbox=Mailbox(address=address)
        )
        queued = EmailQueued(
            message_id=new_id(),
            connection_id=self.connection,
            conversation_id=new_id(),
            queued_at=now(),
            recipients=[recipient],
            subject="Transfer on Friday",
            html="<p>Hello</p>",
            text="Hello",
        )
        with self.store.transaction(self.organisation) as session:
            outgoing.add(session, queued, now())
            row = outgoing.get(session, recipient.delivery_id)
            assert row is not None
            row.mail_id = self.threader.message_id(queued.message_id, "agency.test")
            row.done_at = now()
            for name, value in values.items():
                setattr(row, name, value)
            session.flush()
            return row

    def keep(self, raw: bytes | str, **options: Any) -> bool:
        """Store a mail that came to the connection; whether it was new."""
        data = raw if isinstance(raw, bytes) else raw.replace("\n", "\r\n").encode()
        options = {"organisation": self.organisation, "connection": self.connection, **options}
        organisation, connection = options.pop("organisation"), options.pop("connection")
        return self.receiver.keep(organisation, connection, data, **options)

    def work(self) -> None:
        """Work off all that is stored."""
        while self.receiver.work_some():
            pass

    def told(self, kind: type[E]) -> list[E]:
        """What was told of a kind, in order."""
        with self.store.reading(EVERYWHERE) as session:
            wanted = sa.select(OutboxRow).where(OutboxRow.topic == topic(kind))
            rows = session.scalars(wanted.order_by(OutboxRow.id)).all()
        said = [decode_envelope(row.body) for row in rows]
        return [decode(bytes(each.data), kind, each.type) for each in said]

    def rows(self) -> list[IncomingRow]:
        """The stored mails, in the order they came."""
        with self.store.reading(EVERYWHERE) as session:
            return list(session.scalars(sa.select(IncomingRow).order_by(IncomingRow.id)))


def now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)
