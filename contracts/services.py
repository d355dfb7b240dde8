"""Who takes part in the bus: what each service may be asked, what it says and what it hears.

Nothing runs by this table; a test holds the services' own entrypoints against it. It is here so
that the documents of `contracts/asyncapi/` can be made without a service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fairlead.contract import Event, Interface, topic
from fairlead.recorded import AuditRecorded

from .accounts import (
    Accounts,
    NotificationsChanged,
    OrganisationChanged,
    SessionsEnded,
    UserChanged,
)
from .channels import (
    AddressesJoined,
    ChatFollowed,
    ConnectionChanged,
    ConsentWithdrawn,
    DeliveryUpdated,
    EmailQueued,
    MessageAmended,
    MessageReceived,
    NoticeQueued,
    SmsQueued,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
    WhatsAppQueued,
)
from .contacts import (
    ContactChanged,
    ContactErased,
    ContactMerged,
    Contacts,
    ContactUnmerged,
    NoteChanged,
)
from .email_gateway import EmailGateway
from .files import FileChecked, FileHolder, FilesAttached
from .groups import GroupChanged, WhatsAppGroupOrdered
from .inbox import (
    ChatGroupChanged,
    CommentChanged,
    ConversationChanged,
    DraftChanged,
    Inbox,
    LabelChanged,
    PresenceChanged,
    ReadMarkChanged,
    ScheduleChanged,
    TypingChanged,
)
from .itineraries import (
    DocumentChanged,
    Itineraries,
    ItineraryChanged,
    ListingChanged,
    OverbookingFound,
    OverbookingResolved,
    PaymentRecorded,
    PortalChanged,
    ProposalChanged,
    ReviewChanged,
    ReviewReceived,
)
from .jobs import JobChanged
from .notifications import NotificationRaised
from .persons import PersonHolder
from .sms_gateway import SmsGateway
from .webhooks import Webhooks
from .whatsapp_gateway import WhatsAppGateway


@dataclass(frozen=True)
class Service:
    """A service on the bus. `interface` is None for one that only listens."""

    name: str
    title: str
    interface: type[Interface] | None
    says: tuple[type[Event], ...]
    hears: tuple[type[Event], ...]


def _topics(service: Service) -> list[str]:
    return sorted({topic(each) for each in service.hears})


def file_holders() -> tuple[type[FileHolder], ...]:
    """The interfaces of the services that keep files."""
    return tuple(
        cast("type[FileHolder]", each.interface)
        for each in SERVICES
        if each.interface is not None and FileHolder in each.interface.__mro__
    )


def person_holders() -> tuple[type[PersonHolder], ...]:
    """The interfaces of the services that keep words of people or about them."""
    return tuple(
        cast("type[PersonHolder]", each.interface)
        for each in SERVICES
        if each.interface is not None and PersonHolder in each.interface.__mro__
    )


SERVICES = (
    Service(
        "accounts",
        "Accounts",
        Accounts,
        (
            OrganisationChanged,
            UserChanged,
            NotificationsChanged,
            NoticeQueued,
            SessionsEnded,
            AuditRecorded,
            NotificationRaised,
        ),
        (AuditRecorded, NotificationRaised, DeliveryUpdated),
    ),
    Service(
        "contacts",
        "Contacts",
        Contacts,
        (
            ContactChanged,
            ContactMerged,
            ContactUnmerged,
            ContactErased,
            NoteChanged,
            FilesAttached,
            JobChanged,
            AuditRecorded,
            NotificationRaised,
        ),
        (DeliveryUpdated, OrganisationChanged, ConsentWithdrawn, ItineraryChanged, FileChecked),
    ),
    Service(
        "itineraries",
        "Itineraries",
        Itineraries,
        (
            ItineraryChanged,
            PaymentRecorded,
            OverbookingFound,
            OverbookingResolved,
            DocumentChanged,
            ListingChanged,
            PortalChanged,
            ProposalChanged,
            ReviewReceived,
            ReviewChanged,
            FilesAttached,
            JobChanged,
            AuditRecorded,
            NotificationRaised,
        ),
        (ContactMerged, ContactUnmerged, FileChecked),
    ),
    Service(
        "inbox",
        "Inbox",
        Inbox,
        (
            ConversationChanged,
            CommentChanged,
            LabelChanged,
            PresenceChanged,
            TypingChanged,
            ReadMarkChanged,
            ScheduleChanged,
            DraftChanged,
            ChatGroupChanged,
            EmailQueued,
            SmsQueued,
            JobChanged,
            FileChecked,
            WhatsAppQueued,
            WhatsAppAmendmentQueued,
            WhatsAppAttended,
            WhatsAppGroupOrdered,
            NotificationRaised,
            AuditRecorded,
        ),
        (
            FilesAttached,
            MessageReceived,
            MessageAmended,
            DeliveryUpdated,
            ChatFollowed,
            AddressesJoined,
            GroupChanged,
            ContactChanged,
            ContactMerged,
            ContactUnmerged,
            ItineraryChanged,
            ProposalChanged,
            ConnectionChanged,
            OrganisationChanged,
            UserChanged,
        ),
    ),
    Service(
        "email_gateway",
        "Email gateway",
        EmailGateway,
        (
            MessageReceived,
            DeliveryUpdated,
            ConnectionChanged,
            ConsentWithdrawn,
            NotificationRaised,
            AuditRecorded,
        ),
        (OrganisationChanged, EmailQueued, NoticeQueued),
    ),
    Service(
        "sms_gateway",
        "SMS gateway",
        SmsGateway,
        (MessageReceived, DeliveryUpdated, ConnectionChanged, NotificationRaised, AuditRecorded),
        (SmsQueued,),
    ),
    Service(
        "whatsapp_gateway",
        "WhatsApp gateway",
        WhatsAppGateway,
        (
            MessageReceived,
            MessageAmended,
            DeliveryUpdated,
            ChatFollowed,
            AddressesJoined,
            GroupChanged,
            ConnectionChanged,
            ConsentWithdrawn,
            NotificationRaised,
            AuditRecorded,
        ),
        (WhatsAppQueued, WhatsAppAmendmentQueued, WhatsAppAttended, WhatsAppGroupOrdered),
    ),
    Service(
        "webhooks",
        "Webhooks",
        Webhooks,
        (NotificationRaised, AuditRecorded),
        (
            ConversationChanged,
            DeliveryUpdated,
            ContactChanged,
            ItineraryChanged,
            PaymentRecorded,
            ProposalChanged,
            OverbookingFound,
            OverbookingResolved,
            ReviewReceived,
            ReviewChanged,
        ),
    ),
    Service(
        "api_gateway",
        "API gateway",
        None,
        (),
        (
            ConversationChanged,
            ItineraryChanged,
            PaymentRecorded,
            OverbookingFound,
            OverbookingResolved,
            DocumentChanged,
            ListingChanged,
            PortalChanged,
            ProposalChanged,
            ReviewReceived,
            ReviewChanged,
            ContactChanged,
            ContactErased,
            NoteChanged,
            ConnectionChanged,
            NotificationsChanged,
            SessionsEnded,
            ReadMarkChanged,
            JobChanged,
            CommentChanged,
            ScheduleChanged,
            DraftChanged,
            LabelChanged,
            PresenceChanged,
            TypingChanged,
            ChatGroupChanged,
        ),
    ),
)

# By their names, the topics that services hear: what is said waits for them (fairlead.process).
HEARERS = {each.name: _topics(each) for each in SERVICES}
