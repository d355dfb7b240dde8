"""Puts a world into running services, over the bus and through the doors that all have.

Every step can be repeated: what is there already stays as it is. The messages come last, so that
the last of them tells whether everything was planted.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from msgspec.structs import replace

from contracts.accounts import Accounts, StaffRole
from contracts.channels import Mailbox
from contracts.contacts import Contacts, Scheme
from contracts.email_gateway import EmailGateway
from contracts.inbox import ImportedMessage, Inbox, Recipient
from contracts.itineraries import Itineraries, Itinerary
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import acting, service_context
from fairlead.contract import Interface
from fairlead.errors import Invalid, NotFound
from fairlead.files import FileStore, open_store
from fairlead.settings import Common
from scripts.keys import write_private

from .circles import phone
from .model import REFERENCE, Person, Trip, World
from .world import today, world

I = TypeVar("I", bound=Interface)  # noqa: E741 (an interface)

BATCH = 50  # messages of one import
PATIENCE = 30.0  # seconds until the inbox has heard of all contacts and trips


class Asks(Protocol):
    """What asks services, as `fairlead.bus.Caller` does."""

    def client(self, interface: type[I]) -> I:
        """An object with the methods of `interface`."""
        ...


def plant_once(caller: Asks, folder: Path) -> World:
    """The demo's world in the services that `caller` reaches, planted there unless it is already.

    The day of the first planting is kept in `folder`: a later run goes on with the same world.
    Files go where FAIRLEAD_FILES says.
    """
    made = world(_first_day(folder))
    plant(caller, made, open_store(Common.read("demo").files))
    return made


def _first_day(folder: Path) -> dt.date:
    path = folder / "demo.json"
    if path.exists():
        return dt.date.fromisoformat(json.loads(path.read_text())["today"])
    day = today()
    write_private(path, {"today": day.isoformat()})
    return day


def plant(caller: Asks, world: World, files: FileStore) -> None:
    """Put `world` into the services; after a crash in the middle, the next run completes it.

    Raises what the services raise, as Conflict `accounts.email_taken` where another organisation
    has the demo's users.
    """
    with acting(service_context(world.organisation.id)):
        planter = _Planter(caller, world, files)
        if not planter.is_done():
            planter.plant()


class _Planter:
    def __init__(self, caller: Asks, world: World, files: FileStore) -> None:
        self.world = world
        self.files = files
        self.accounts = caller.client(Accounts)
        self.contacts = caller.client(Contacts)
        self.itineraries = caller.client(Itineraries)
        self.email = caller.client(EmailGateway)
        self.whatsapp = caller.client(WhatsAppGateway)
        self.inbox = caller.client(Inbox)

    def is_done(self) -> bool:
        """Whether the last step was done before."""
        try:
            self.inbox.get_message(id=self.world.messages[-1].id)
        except NotFound:
            return False
        return True

    def plant(self) -> None:
        """Do every step that was not done."""
        self._found()
        self._users()
        self._connections()
        self._people()
        self._listings()
        self._templates()
        planted = [self._trip(trip) for trip in self.world.trips]
        for document in self.world.documents:
            self.files.put(self.world.organisation.id, document.content)
        self._circle()
        messages = list(_addressed(self.world, planted))
        for start in range(0, len(messages), BATCH):
            self._import(messages[start : start + BATCH])

    def _found(self) -> None:
        owner, operator = self.world.owner, self.world.organisation
        self.accounts.found_organisation(
            id=operator.id,
            name=operator.name,
            settings=operator.settings,
            owner_name=owner.name,
            owner_email=owner.email,
            owner_password=owner.password,
        )

    def _users(self) -> None:
        known = {user.email for user in self.accounts.list_users()}
        for employee in self.world.employees:
            if employee.email not in known and employee.role is not StaffRole.OWNER:
                self.accounts.create_user(
                    name=employee.name,
                    email=employee.email,
                    role=employee.role,
                    password=employee.password,
                )

    def _connections(self) -> None:
        for sending in self.world.connections:
            self.email.create_connection(details=sending.details, id=sending.id)
        mailboxes = [box for person in self.world.people for box in _mailboxes(person)]
        self.email.open_sandbox_mailboxes(mailboxes=mailboxes)
        for number in self.world.numbers:
            self.whatsapp.create_whatsapp_connection(details=number.details, id=number.id)
        phones = dict(each for person in self.world.people for each in _handsets(person))
        self.whatsapp.open_sandbox_handsets(handsets=phones)

    def _people(self) -> None:
        for person in self.world.people:
            self.contacts.create_contact(
                id=person.id,
                kind=person.kind,
                name=person.name,
                company=person.company,
                language=person.language,
                zone=person.zone,
                notes=person.notes,
                identities=person.identities,
            )

    def _listings(self) -> None:
        for listing in self.world.listings:
            self.itineraries.create_listing(
                id=listing.id,
                name=listing.name,
                address=listing.address,
                zone=listing.zone,
            )

    def _templates(self) -> None:
        known = {(each.name, each.language) for each in self.inbox.list_templates()}
        for wording in self.world.templates:
            if (wording.name, wording.language) not in known:
                self.inbox.save_template(
                    name=wording.name,
                    kind=wording.kind,
                    channel=wording.channel,
                    language=wording.language,
                    subject=wording.subject,
                    body=wording.body,
                )

    def _trip(self, trip: Trip) -> Itinerary:
        return self.itineraries.create_itinerary(
            id=trip.id,
            state=trip.state,
            details=trip.details,
            services=[planned.details for planned in trip.services],
        )

    def _circle(self) -> None:
        """A group that is made as people make one: the inbox has to know who they are first."""
        made = self.world.circle
        shy = phone(made.private)
        assert shy is not None  # whoever is in a group has a phone
        self.whatsapp.put_sandbox_handset(address=shy, name=made.private.name, private=True)
        self._patiently(
            "inbox.group_invalid",
            lambda: self.inbox.create_group(
                subject=made.subject,
                participants=[Recipient(contact_id=each.id) for each in made.people],
                connection_id=made.number_id,
                itinerary_id=made.trip_id,
                request_id=f"demo-group-{made.trip_id}",
            ),
        )

    def _import(self, messages: list[ImportedMessage]) -> None:
        self._patiently(
            "inbox.import_unknown", lambda: self.inbox.import_messages(messages=messages)
        )

    def _patiently(self, code: str, ask: Callable[[], object]) -> None:
        """Ask until the inbox knows whom and what it is about, which it is told meanwhile."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                ask()
            except (NotFound, Invalid) as error:
                if error.code != code or time.monotonic() > until:
                    raise
            else:
                return
            time.sleep(0.05)


def _mailboxes(person: Person) -> Iterator[Mailbox]:
    for identity in person.identities:
        if identity.scheme is Scheme.EMAIL:
            yield Mailbox(address=identity.value, name=person.name)


def _handsets(person: Person) -> Iterator[tuple[str, str]]:
    """Who has a phone has WhatsApp on it."""
    for identity in person.identities:
        if identity.scheme is Scheme.PHONE:
            yield identity.value.lstrip("+"), person.name


def _addressed(world: World, planted: list[Itinerary]) -> Iterator[ImportedMessage]:
    """The messages with the references and the services' ids that were given meanwhile."""
    references = {itinerary.id: itinerary.reference for itinerary in planted}
    services: dict[UUID, UUID] = {}
    for trip, itinerary in zip(world.trips, planted, strict=True):
        given = {service.details.name: service.id for service in itinerary.services}
        services |= {
            planned.id: given[planned.details.name]
            for planned in trip.services
            if planned.details.name in given  # somebody may have changed the trip meanwhile
        }
    for message in world.messages:
        reference = references[message.itinerary_id] if message.itinerary_id else ""
        yield replace(
            message,
            subject=message.subject.replace(REFERENCE, reference),
            text=message.text.replace(REFERENCE, reference),
            service_ids=[services[each] for each in message.service_ids if each in services],
        )
