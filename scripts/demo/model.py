"""The world as plain data: what `plant` puts into the services, and what tests look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from contracts.accounts import Organisation, StaffRole
from contracts.channels import Mailbox
from contracts.common import Address, Channel, FileRef, Language, Line, Name, Text, Zone
from contracts.contacts import ContactKind, NewIdentity, Scheme
from contracts.email_gateway import ConnectionDetails
from contracts.inbox import ImportedMessage, MessageKind
from contracts.itineraries import ItineraryDetails, ItineraryState, Listing, ServiceDetails
from contracts.whatsapp_gateway import WhatsAppConnectionDetails
from fairlead.contract import Message

REFERENCE = "{reference}"
"""Stands in a message for the reference of its trip, which only the service gives."""


class Part(Message):
    """A part of the world."""


class Employee(Part):
    """A user to be, with the password that the demo tells everybody."""

    name: Name
    email: Address
    role: StaffRole
    password: str


class Person(Part):
    """A contact to be; `company` is empty for a private person."""

    id: UUID
    kind: ContactKind
    name: Name
    identities: list[NewIdentity]
    company: Line = ""
    language: Language | None = None
    zone: Zone | None = None
    notes: Text = ""

    @property
    def email(self) -> str:
        """The preferred mail address."""
        return next(each.value for each in self.identities if each.scheme is Scheme.EMAIL)

    @property
    def first_name(self) -> str:
        """How one writes to this person."""
        return self.name.partition(" ")[0]

    @property
    def mailbox(self) -> Mailbox:
        """The address as it stands in a mail."""
        return Mailbox(address=self.email, name=self.name)


class Sending(Part):
    """An email connection to be."""

    id: UUID
    details: ConnectionDetails

    @property
    def address(self) -> str:
        """The organisation's own address."""
        return self.details.address


class Number(Part):
    """A WhatsApp number to be."""

    id: UUID
    details: WhatsAppConnectionDetails


class Planned(Part):
    """A service to be. The service that keeps it gives another id; names are unique in a trip."""

    id: UUID
    details: ServiceDetails


class Trip(Part):
    """An itinerary to be, its services in order of time."""

    id: UUID
    state: ItineraryState
    details: ItineraryDetails
    services: list[Planned]


class Circle(Part):
    """A WhatsApp group to be, of a trip; `private` of its people lets nobody add him."""

    subject: Name
    trip_id: UUID
    number_id: UUID
    people: list[Person]
    private: Person


class Wording(Part):
    """A message template of the organisation to be."""

    name: Name
    kind: MessageKind
    channel: Channel
    language: Language
    subject: Line
    body: Text


class Document(Part):
    """A file that a message came with."""

    ref: FileRef
    content: bytes


class World(Part):
    """A tour operator with everything that it has on some day.

    Ids follow from the seed alone, dates from `today` too. The messages are in order of time.
    """

    seed: int
    today: dt.date
    organisation: Organisation
    employees: list[Employee]
    people: list[Person]
    listings: list[Listing]
    trips: list[Trip]
    connections: list[Sending]
    numbers: list[Number]
    templates: list[Wording]
    documents: list[Document]
    messages: list[ImportedMessage]
    circle: Circle

    @property
    def owner(self) -> Employee:
        """Who founds the organisation."""
        return next(each for each in self.employees if each.role is StaffRole.OWNER)

    def sign_ins(self) -> Iterator[tuple[Employee, str]]:
        """Each user with the password, the owner first."""
        for employee in self.employees:
            yield employee, employee.password
