"""Contacts behind their door, without a bus, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from contacts.service import ContactsService
from contracts.accounts import OrganisationChanged
from contracts.channels import ConsentWithdrawn, DeliveryUpdated
from contracts.contacts import Contacts
from contracts.files import FileChecked
from contracts.itineraries import ItineraryChanged
from fairlead.bus.inbox import AlreadyDone, Work, begin_work
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.bus.wire import decode_envelope
from fairlead.context import current
from fairlead.contract import EVENTS, Call, Event, calls, decode, topic
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
        self.database = Database(url, name="contacts", pool_size=20)
        bring_up(self.database, "contacts")
        service: Any = ContactsService()
        service.store = ServiceStore(self.database, cast("Relay", _NobodyToWake()))
        self.service = service
        methods = {name: partial(self._call, entry) for name, entry in calls(Contacts).items()}
        self.client: Any = type("Client", (), methods)()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def told(self) -> list[Event]:
        """The events that wait in the outbox, the oldest first."""
        with self.database.reading(EVERYWHERE) as session:
            bodies = session.scalars(select(OutboxRow.body).order_by(OutboxRow.id)).all()
        envelopes = [decode_envelope(body) for body in bodies]
        return [
            decode(bytes(envelope.data), EVENTS[envelope.type], "contacts")
            for envelope in envelopes
        ]

    def hear(self, event: Event, *, id: UUID | None = None) -> None:
        """Give an event to the handler for its kind; one that comes twice is dropped."""
        handler = {
            DeliveryUpdated: "mark_identity",
            OrganisationChanged: "place_organisation",
            ConsentWithdrawn: "withdraw_consent",
            ItineraryChanged: "learn_trip",
            FileChecked: "learn_file",
        }[type(event)]
        begin_work(
            Work(
                event_id=id or new_id(),
                handler=handler,
                topic=topic(type(event)),
                body=b"",
                organisation=current().organisation,
            )
        )
        with suppress(AlreadyDone):
            getattr(self.service, handler)(event)

    def _call(self, entry: Call, /, **arguments: Any) -> Any:
        body = entry.encode_request(arguments)
        entry.right.check(current())
        result = getattr(self.service, entry.method)(**entry.decode_request(body))
        return decode(msgspec.json.encode(result), entry.reply, "contacts")


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """Contacts with an empty database, once on each kind."""
    desk = Desk(store_url)
    yield desk
    desk.close()


@pytest.fixture
def new_desk(tmp_path: Path) -> Callable[[], Desk]:
    """Makes one after another, each with an empty SQLite file."""
    return lambda: Desk(f"sqlite:///{tmp_path / new_id().hex}.db")
