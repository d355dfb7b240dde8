"""People and companies that the organisation talks to, and how they can be reached."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Channel, Cursor, Language, Limit, Line, Moment, Name, Text, Zone
from ..consents import Consent, ConsentKind
from .fields import FieldKey, FieldValue


class ContactKind(enum.Enum):
    """What somebody is to the organisation."""

    TRAVELLER = "traveller"
    SUPPLIER = "supplier"
    AGENT = "agent"
    OWNER = "owner"
    EMPLOYEE = "employee"
    UNKNOWN = "unknown"  # made from a first message; a person decides later


class Scheme(enum.Enum):
    """What kind of address an identity is."""

    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"


class Reachability(enum.Enum):
    """Whether messages arrive at an identity."""

    UNKNOWN = "unknown"
    REACHED = "reached"
    FAILING = "failing"  # a temporary refusal
    FAILED = "failed"  # a permanent refusal: the address is wrong or closed


IdentityValue = Annotated[str, Meta(min_length=1, max_length=254)]
Tag = Annotated[str, Meta(min_length=1, max_length=60)]
Tags = Annotated[list[Tag], Meta(max_length=50)]
FieldValues = Annotated[dict[FieldKey, FieldValue | None], Meta(max_length=100)]


class Identity(Message):
    """One address of a contact. `value` is normalised, `display` as it was written."""

    id: UUID
    scheme: Scheme
    value: IdentityValue
    display: IdentityValue
    reachability: Reachability = Reachability.UNKNOWN
    reason: str | None = None
    checked_at: datetime | None = None


class Contact(Message):
    """A person or company with all its identities; the first of a scheme is the preferred one.

    A person's `company_id` is the contact of his company, `company` what it is called, `position`
    what he is there. `channel` is the one he prefers. `fields` are the organisation's own, by key
    (see FieldDefinition). `consents` are the decisions that hold, for `consents.may_send`.
    Of somebody who was erased nothing is left but the id. One who is part of another since they
    were merged says of whom in `merged_into_id`, and has no addresses.
    """

    id: UUID
    kind: ContactKind
    name: Name
    company: Line
    language: Language | None
    zone: Zone | None
    notes: Text
    identities: list[Identity]
    version: int
    created_at: datetime
    is_company: bool = False
    company_id: UUID | None = None
    position: Line = ""
    tags: list[Tag] = []
    channel: Channel | None = None
    fields: dict[FieldKey, FieldValue] = {}
    consents: list[Consent] = []
    external_id: Line = ""
    updated_at: datetime | None = None
    erased: bool = False
    merged_into_id: UUID | None = None


class ContactSort(enum.Enum):
    """How a list of contacts is ordered."""

    NAME = "name"
    RECENT = "recent"  # the last changed first


class Clearable(enum.Enum):
    """What can be taken away from a contact, and not only changed."""

    LANGUAGE = "language"
    ZONE = "zone"
    CHANNEL = "channel"
    COMPANY_ID = "company_id"


class TagCount(Message):
    """A tag and how many contacts have it."""

    tag: Tag
    contacts: int


class ContactPage(Message):
    """Some contacts by name; `cursor` gives the next ones, None at the end."""

    contacts: list[Contact]
    cursor: str | None


class NewIdentity(Message):
    """An address to give to a contact."""

    scheme: Scheme
    value: IdentityValue


class People(Interface, Protocol):
    """Contacts themselves."""

    @call(rights.EDIT_CONTACTS, mutates=True)
    def create_contact(
        self,
        *,
        name: Name,
        kind: ContactKind,
        identities: Annotated[list[NewIdentity], Meta(max_length=50)] = [],
        company: Line = "",
        language: Language | None = None,
        zone: Zone | None = None,
        notes: Text = "",
        is_company: bool = False,
        company_id: UUID | None = None,
        position: Line = "",
        tags: Tags = [],
        channel: Channel | None = None,
        fields: FieldValues = {},
        external_id: Line = "",
        id: UUID | None = None,
    ) -> Contact:
        """Add a contact. Invalid names a malformed address by its index.

        Conflict `contacts.external_id_taken` where another contact has the `external_id`.

        Conflict `contacts.identity_taken` with the id of the contact that has the address. With
        an `id` that exists already the call changes nothing and answers that contact.
        """
        ...

    @call(rights.READ)
    def get_contact(self, *, id: UUID) -> Contact:
        """One contact; of one that was merged into another, that one. NotFound
        `contacts.not_found`."""
        ...

    @call(rights.READ)
    def list_contacts(
        self,
        *,
        kind: ContactKind | None = None,
        q: Line | None = None,
        tag: Tag | None = None,
        company_id: UUID | None = None,
        is_company: bool | None = None,
        channel: Channel | None = None,
        language: Language | None = None,
        blocked: ConsentKind | None = None,
        has_trips: bool | None = None,
        field: FieldKey | None = None,
        value: Line | None = None,
        created_from: Moment | None = None,
        created_before: Moment | None = None,
        updated_from: Moment | None = None,
        updated_before: Moment | None = None,
        sort: ContactSort = ContactSort.NAME,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> ContactPage:
        """Contacts that fit all filters; `q` is looked for in names, companies and addresses.

        `field` with `value` is an own field that has it (a date as 2026-05-12, yes or no as true
        or false), without one it has any. `blocked` finds who blocked a kind on some channel.
        """
        ...

    @call(rights.READ)
    def list_tags(self) -> list[TagCount]:
        """The tags in use, by name."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def update_contact(
        self,
        *,
        id: UUID,
        version: int,
        name: Name | None = None,
        kind: ContactKind | None = None,
        company: Line | None = None,
        language: Language | None = None,
        zone: Zone | None = None,
        notes: Text | None = None,
        is_company: bool | None = None,
        company_id: UUID | None = None,
        position: Line | None = None,
        tags: Tags | None = None,
        channel: Channel | None = None,
        fields: FieldValues | None = None,
        external_id: Line | None = None,
        clear: Annotated[list[Clearable], Meta(max_length=10)] = [],
    ) -> Contact:
        """Change what is given. `tags` are all of them; of `fields` only those given are changed,
        and null takes one away. Stale `contacts.changed` when `version` is old."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def add_identity(self, *, id: UUID, scheme: Scheme, value: IdentityValue) -> Contact:
        """Give the contact a further address; its own again is no error."""
        ...

    @call(rights.EDIT_CONTACTS, mutates=True)
    def remove_identity(self, *, id: UUID, identity_id: UUID) -> Contact:
        """Take an address away. NotFound `contacts.identity_not_found`."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True)
    def resolve(
        self,
        *,
        scheme: Scheme,
        value: IdentityValue,
        name: Line = "",
        also: Annotated[list[NewIdentity], Meta(max_length=10)] = [],
    ) -> Contact:
        """Whose address this is; where nobody has it, a new contact of kind unknown.

        However many callers ask at once, there is one contact for one address. `also` are further
        addresses of the same person: he has them from now on, and contacts who had one become part
        of him, unless they were erased. Who is known for longest by more than an address stays.
        """
        ...


@event("contact.changed", source="contacts")
class ContactChanged(Event):
    """A contact, whole, after a change. An older `contact.version` is to be ignored."""

    contact: Contact
