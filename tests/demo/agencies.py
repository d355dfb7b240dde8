"""A bus without services: each call is checked by its contract, and remembered as they would."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import msgspec

from contracts.accounts import Organisation, StaffRole, User
from contracts.channels import ConnectionState
from contracts.contacts import Contact
from contracts.email_gateway import Connection
from contracts.inbox import Group, ImportedMessage, MessageView, Template
from contracts.itineraries import Itinerary, Listing, Service
from contracts.samples import sample
from contracts.whatsapp_gateway import SandboxHandset, WhatsAppConnection
from fairlead.context import current
from fairlead.contract import Call, Interface, calls
from fairlead.errors import Conflict, NotFound, Unavailable

I = TypeVar("I", bound=Interface)  # noqa: E741 (an interface)

NOW = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)


@dataclass
class Agencies:
    """What six services remember, by id; `calls` counts what was asked.

    The call number `breaks_at` is done and never answered, as when a process dies. The inbox
    hears of trips late: its first `deaf` imports are refused.
    """

    breaks_at: int | None = None
    deaf: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    organisations: dict[UUID, Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    contacts: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    listings: dict[UUID, Listing] = field(default_factory=dict)
    trips: dict[UUID, Itinerary] = field(default_factory=dict)
    connections: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    mailboxes: set[str] = field(default_factory=set)
    numbers: dict[UUID, Any] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    handsets: dict[str, str] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)
    messages: dict[UUID, ImportedMessage] = field(default_factory=dict)

    def client(self, interface: type[I]) -> I:
        """An object with the methods of `interface`, as a Caller gives it."""
        methods = {name: partial(self._call, entry) for name, entry in calls(interface).items()}
        return cast("I", type("Client", (), methods)())

    def _call(self, entry: Call, /, **arguments: Any) -> Any:
        entry.right.check(current())
        assert current().organisation is not None
        decoded = entry.decode_request(entry.encode_request(arguments))
        self.calls[entry.method] += 1
        answer = getattr(self, f"_{entry.method}")(**decoded)
        if self.calls.total() == self.breaks_at:
            raise Unavailable("bus.gone", "It was killed")
        return msgspec.json.decode(msgspec.json.encode(answer), type=entry.reply)

    def _found_organisation(
        self, *, id: UUID, name: str, settings: Any, owner_name: str, owner_email: str, **_: Any
    ) -> Organisation:
        if id not in self.organisations:
            self._user(owner_name, owner_email, StaffRole.OWNER)
        made = Organisation(id=id, name=name, settings=settings, version=1)
        return self.organisations.setdefault(id, made)

    def _user(self, name: str, email: str, role: StaffRole) -> User:
        if email in self.users:
            raise Conflict("accounts.email_taken", "Somebody signs in with this email")
        self.users[email] = User(
            id=uuid4(),
            name=name,
            email=email,
            role=role,
            active=True,
            zone=None,
            signature="",
            version=1,
        )
        return self.users[email]

    def _create_user(self, *, name: str, email: str, role: StaffRole, **_: Any) -> User:
        assert role is not StaffRole.OWNER
        return self._user(name, email, role)

    def _list_users(self) -> list[User]:
        return list(self.users.values())

    def _create_contact(self, *, id: UUID, identities: list[Any], **fields: Any) -> Contact:
        others = (known for other, known in self.contacts.items() if other != id)
        taken = {each.value for known in others for each in known["identities"]}
        assert taken.isdisjoint(each.value for each in identities)
        self.contacts.setdefault(id, {**fields, "identities": identities})
        return Contact(id=id, identities=[], version=1, created_at=NOW, **fields)

    def _create_listing(self, *, id: UUID, **fields: Any) -> Listing:
        return self.listings.setdefault(id, Listing(id=id, **fields))

    def _create_itinerary(
        self, *, id: UUID, details: Any, state: Any, services: list[Any]
    ) -> Itinerary:
        number = len(self.trips) + 1
        made = Itinerary(
            id=id,
            reference=f"TRP-2026-{number:04}",
            state=state,
            details=details,
            services=[
                Service(id=uuid4(), itinerary_id=id, details=each, starts_at=NOW, version=1)
                for each in services
            ],
            public_url=f"https://hub.example/p/{id}",
            version=1,
            created_at=NOW,
        )
        return self.trips.setdefault(id, made)

    def _create_connection(self, *, details: Any, id: UUID) -> Connection:
        self.connections.setdefault(id, {"details": details})
        return Connection(
            id=id,
            details=details,
            state=ConnectionState.OPEN,
            reason=None,
            checked_at=None,
            version=1,
        )

    def _open_sandbox_mailboxes(self, *, mailboxes: list[Any]) -> None:
        self.mailboxes |= {each.address for each in mailboxes}

    def _create_whatsapp_connection(self, *, details: Any, id: UUID) -> WhatsAppConnection:
        self.numbers.setdefault(id, details)
        example: WhatsAppConnection = sample(WhatsAppConnection)
        return msgspec.structs.replace(example, id=id, details=details)

    def _open_sandbox_handsets(self, *, handsets: dict[str, str]) -> None:
        self.handsets |= handsets

    def _put_sandbox_handset(self, *, address: str, name: str, **how: Any) -> Any:
        self.handsets[address] = name
        return sample(SandboxHandset)

    def _create_group(self, *, request_id: str, participants: list[Any], **fields: Any) -> Any:
        assert {each.contact_id for each in participants} <= self.contacts.keys()
        assert fields["itinerary_id"] in self.trips
        assert fields["connection_id"] in self.numbers
        self.groups.setdefault(request_id, fields["subject"])
        return sample(Group)

    def _list_templates(self, **filters: Any) -> list[Template]:
        return self.templates

    def _save_template(self, *, id: None, version: None, purpose: None, **fields: Any) -> Template:
        made = Template(id=uuid4(), variables=[], built_in=False, version=1, **fields)
        self.templates.append(made)
        return made

    def _get_message(self, *, id: UUID) -> Any:
        if id not in self.messages:
            raise NotFound("inbox.message_not_found", "There is no such message")
        return msgspec.structs.replace(sample(MessageView), id=id)

    def _import_messages(self, *, messages: list[ImportedMessage]) -> None:
        if self.deaf:
            self.deaf -= 1
            raise NotFound("inbox.import_unknown", "Something is not known here")
        for message in messages:
            assert message.contact_id in self.contacts
            assert message.itinerary_id in self.trips
            assert message.connection_id in self.connections
            self.messages.setdefault(message.id, message)

    def everything(self) -> dict[str, Any]:
        """What is remembered, without what is made anew each time."""
        return {
            "organisations": self.organisations,
            "users": sorted(self.users),
            "contacts": self.contacts,
            "listings": self.listings,
            "trips": {id: _plain(trip) for id, trip in self.trips.items()},
            "connections": self.connections,
            "mailboxes": self.mailboxes,
            "numbers": self.numbers,
            "groups": self.groups,
            "handsets": self.handsets,
            "templates": sorted((each.name, each.language) for each in self.templates),
            "messages": {
                id: msgspec.structs.replace(each, service_ids=[])
                for id, each in self.messages.items()
            },
        }


def _plain(trip: Itinerary) -> Any:
    return trip.reference, trip.details, trip.public_url, [each.details for each in trip.services]
