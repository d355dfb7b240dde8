"""What the inbox knows of people, trips, connections and settings when a message is composed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.accounts import Organisation, User
from contracts.channels import ConnectionChanged, Mailbox
from contracts.common import Channel
from contracts.contacts import Contact, Reachability, Scheme
from contracts.groups import GroupState
from contracts.inbox import File, Template
from contracts.itineraries import Itinerary, Service
from contracts.whatsapp_gateway import FilledTemplate

from .addresses import SCHEME
from .conversations import Earlier
from .offers import Offer


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group that a draft goes to, and who is in it: each mailbox with the contact it is of."""

    id: UUID
    connection_id: UUID
    conversation_id: UUID | None
    address: str
    subject: str
    state: GroupState
    itinerary_id: UUID | None
    members: tuple[tuple[Mailbox, UUID | None], ...]


@dataclass(frozen=True)
class Knowledge:
    """What one draft needs. Nothing of another organisation is ever in it.

    `by_address` has the contacts by address, normalised and in lower case. `author` is the writing
    user and `author_name` what to call him; `by_rule` says that there is none. `standards` are the
    organisation's own templates for the draft's kind and channel, by their language, `variants`
    those that say what the draft's template says. `offers` are the latest proposals by their trips.
    `answered` is the message that the draft answers, `filled` what its approved template says.
    `group` is the one that the draft goes to, or answers in.
    """

    organisation: Organisation | None = None
    author: User | None = None
    author_name: str = ""
    by_rule: bool = False
    contacts: Mapping[UUID, Contact] = field(default_factory=dict)
    by_address: Mapping[str, Contact] = field(default_factory=dict)
    trips: Mapping[UUID, Itinerary] = field(default_factory=dict)
    connections: Sequence[ConnectionChanged] = ()
    templates: Mapping[UUID, Template] = field(default_factory=dict)
    standards: Mapping[str, Template] = field(default_factory=dict)
    variants: Sequence[Template] = ()
    offers: Mapping[UUID, Offer] = field(default_factory=dict)
    files: Mapping[UUID, File] = field(default_factory=dict)
    answered: Earlier | None = None
    filled: FilledTemplate | None = None
    group: KnownGroup | None = None

    @property
    def sender_name(self) -> str:
        """Who messages come from: the name that the organisation chose, or its own."""
        if self.organisation is None:
            return ""
        settings = self.organisation.settings
        return settings.sender.name or settings.branding.name

    @property
    def undo_seconds(self) -> int:
        """How long a message can be taken back."""
        return self.organisation.settings.undo_seconds if self.organisation else 0

    @property
    def zone(self) -> str | None:
        """The organisation's."""
        return self.organisation.settings.zone if self.organisation else None

    def service(self, id: UUID) -> tuple[Itinerary, Service] | None:
        """A service with its trip."""
        for trip in self.trips.values():
            for planned in trip.services:
                if planned.id == id:
                    return trip, planned
        return None

    def connection(self, channel: Channel, id: UUID | None) -> ConnectionChanged | None:
        """The connection `id`, or the one to take where none is named: the default one first."""
        usable = [c for c in self.connections if c.channel is channel and not c.removed]
        if id is not None:
            return next((c for c in usable if c.connection_id == id), None)
        return next((c for c in usable if c.default), usable[0] if usable else None)

    def is_own_address(self, address: str) -> bool:
        """Whether mail to `address` comes back to us; a plus part makes no difference."""
        return _bare(address) in {_bare(c.address) for c in self.connections}


def address_of(contact: Contact, channel: Channel) -> str | None:
    """Where to reach a contact: the preferred address that has not failed, else the preferred.

    Who has a phone has WhatsApp on it, until the network says otherwise.
    """
    identities = [i for i in contact.identities if i.scheme is SCHEME[channel]]
    if channel is Channel.WHATSAPP and not identities:
        identities = [i for i in contact.identities if i.scheme is Scheme.PHONE]
    good = [i for i in identities if i.reachability is not Reachability.FAILED]
    return next((identity.value for identity in [*good, *identities]), None)


def _bare(address: str) -> str:
    # A number is written with its plus by us, and without by WhatsApp.
    local, _, domain = address.casefold().removeprefix("+").rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
