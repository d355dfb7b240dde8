"""Itineraries behind their door, without a bus, on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from contracts.accounts import Organisation
from contracts.common import FileRef
from contracts.contacts import ContactMerged, ContactUnmerged, Met, Somebody
from contracts.files import File, FileChecked, FileState
from contracts.itineraries import Itineraries
from contracts.samples import sample
from fairlead.bus.inbox import Work, begin_work
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.bus.wire import decode_envelope
from fairlead.context import Role, current
from fairlead.contract import EVENTS, Call, Event, calls, decode, topic
from fairlead.errors import Forbidden, Unavailable
from fairlead.files import open_store
from fairlead.recorded import AuditRecorded
from fairlead.secrets import new_key
from fairlead.service import ServiceStore
from fairlead.settings import Common
from fairlead.store import EVERYWHERE, Database, new_id
from fairlead.testing.databases import store_url
from fairlead.testing.schema import bring_up
from itineraries.service import ItinerariesService

__all__ = ["store_url"]


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox in these tests."""


class _Accounts:
    def get_organisation(self) -> Organisation:
        """Whose papers are drawn."""
        made: Organisation = sample(Organisation)
        return made


class Agenda:
    """Stands in for contacts: somebody for each first address; one without @ or + is none."""

    def __init__(self) -> None:
        self.asked: list[Somebody] = []
        self.away = False
        self._known: dict[tuple[UUID, str], Met] = {}

    def meet(self, *, people: list[Somebody]) -> list[Met]:
        """Who these are, as contacts would answer a service."""
        who = current()
        if who.role is not Role.SERVICE:
            raise Forbidden("rights.forbidden", "Only a service may ask this")
        if self.away:
            raise Unavailable("contacts.away", "contacts is not running")
        self.asked += people
        return [self._meet(who.need_organisation(), each) for each in people]

    def _meet(self, organisation: UUID, somebody: Somebody) -> Met:
        for each in somebody.identities:
            if not set(each.value) & {"@", "+"}:
                return Met(scheme=each.scheme, reason="is none")
        first = somebody.identities[0].value.casefold()
        return self._known.setdefault(
            (organisation, first), Met(contact_id=new_id(), name=somebody.name or first)
        )


class Files:
    """Stands in for the inbox: each organisation has files of its own."""

    def __init__(self) -> None:
        self._files: dict[tuple[UUID, UUID], File] = {}

    def upload(
        self,
        name: str = "file.pdf",
        *,
        kind: str = "application/pdf",
        organisation: UUID | None = None,
    ) -> File:
        """A file that was checked."""
        organisation = organisation or current().need_organisation()
        key = f"{organisation}/{new_id().hex}"
        file = File(
            id=new_id(),
            file=FileRef(key=key, name=name, content_type=kind, size=9),
            state=FileState.CLEAN,
        )
        self._files[organisation, file.id] = file
        return file

    def hold_files(self, *, ids: list[UUID]) -> list[File]:
        """Those of these files that the caller's organisation has."""
        ours = current().need_organisation()
        return [self._files[ours, each] for each in ids if (ours, each) in self._files]


class Desk:
    """The service as its callers meet it: rights, arguments and answers are checked as on the bus.

    `client` has the methods of the interface; who asks is the current context.
    """

    def __init__(self, url: str, files: Path) -> None:
        self.database = Database(url, name="itineraries", pool_size=20)
        bring_up(self.database, "itineraries")
        service: Any = ItinerariesService()
        service.store = ServiceStore(self.database, cast("Relay", _NobodyToWake()))
        service.config = Common.read(
            "itineraries",
            {
                "FAIRLEAD_PUBLIC_URL": "https://hub.test/",
                "FAIRLEAD_SECRET_KEYS": new_key(),
                "FAIRLEAD_ADMIN_TOKEN": "only for this test",
            },
        )
        service.accounts = _Accounts()
        self.contacts = Agenda()
        service.files = self.files = open_store(str(files))
        self.service = service
        methods = {name: partial(self._call, entry) for name, entry in calls(Itineraries).items()}
        self.client: Any = type("Client", (), methods)()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def hear(self, event: Event) -> None:
        """Give an event to the handler for its kind."""
        handler = {
            ContactMerged: "join_contacts",
            ContactUnmerged: "part_contacts",
            FileChecked: "learn_file",
        }[type(event)]
        begin_work(
            Work(
                event_id=new_id(),
                handler=handler,
                topic=topic(type(event)),
                body=b"",
                organisation=current().organisation,
            )
        )
        getattr(self.service, handler)(event)

    def told(self) -> list[Event]:
        """The events that wait in the outbox, the oldest first, but for the audit log's."""
        return [event for event in self._waiting() if not isinstance(event, AuditRecorded)]

    def audited(self) -> list[AuditRecorded]:
        """What the audit log will hear, the oldest first."""
        return [event for event in self._waiting() if isinstance(event, AuditRecorded)]

    def _waiting(self) -> list[Event]:
        with self.database.reading(EVERYWHERE) as session:
            bodies = session.scalars(select(OutboxRow.body).order_by(OutboxRow.id)).all()
        envelopes = [decode_envelope(body) for body in bodies]
        return [
            decode(bytes(envelope.data), EVENTS[envelope.type], "itineraries")
            for envelope in envelopes
        ]

    def _call(self, entry: Call, /, **arguments: Any) -> Any:
        body = entry.encode_request(arguments)
        entry.right.check(current())
        result = getattr(self.service, entry.method)(**entry.decode_request(body))
        return decode(msgspec.json.encode(result), entry.reply, "itineraries")


@pytest.fixture
def desk(store_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Itineraries with an empty database, once on each kind."""
    desk = Desk(store_url, tmp_path / "files")
    yield desk
    desk.close()


@pytest.fixture
def new_desk(tmp_path: Path) -> Callable[[], Desk]:
    """Makes one after another, each with an empty SQLite file."""
    return lambda: Desk(f"sqlite:///{tmp_path / new_id().hex}.db", tmp_path / "files")


@pytest.fixture
def inbox(desk: Desk) -> Files:
    """Where files are uploaded."""
    desk.service.inbox = Files()
    files: Files = desk.service.inbox
    return files
