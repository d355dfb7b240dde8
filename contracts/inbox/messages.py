"""Messages of any channel: what was said, how it fared, and where it belongs."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..channels import (
    AutomaticKind,
    AwaitedFile,
    Card,
    DeliveryStatus,
    Mailbox,
    Place,
    RecipientRole,
)
from ..common import Channel, Cursor, Limit, Line
from ..contacts import ContactKind
from ..files import Attachment


class Direction(enum.Enum):
    """Whether a message came in or went out."""

    IN = "in"
    OUT = "out"


class MessageKind(enum.Enum):
    """What a message is for (missions A2 to A4)."""

    MESSAGE = "message"
    PURCHASE_ORDER = "purchase_order"
    DUTY_MESSAGE = "duty_message"
    ITINERARY_LINK = "itinerary_link"
    PROPOSAL = "proposal"
    PROPOSAL_UPDATE = "proposal_update"
    BOOKING_CONFIRMATION = "booking_confirmation"
    COMMISSION = "commission"  # what an agent gets for a trip


class AuthorKind(enum.Enum):
    """Who or what wrote a message."""

    USER = "user"
    CONTACT = "contact"
    RULE = "rule"
    ASSISTANT = "assistant"
    SYSTEM = "system"  # nobody: it tells what happened in the conversation


class LinkOrigin(enum.Enum):
    """Why a message belongs to an itinerary (mission A6)."""

    SENT = "sent"  # it was sent from the itinerary
    CONCIERGE = "concierge"  # it was sent about services chosen in the concierge calendar
    REPLY = "reply"  # it answers a message that belongs to it
    HAND = "hand"  # a person linked it
    GROUP = "group"  # it was said in a group of the itinerary


class ParticipantReceipt(Message):
    """How a message to a group fares with one of its participants."""

    address: str
    name: str = ""
    contact_id: UUID | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None


class GroupReceipts(Message):
    """How a message to a group fares with those who were in it when it was sent: `delivered` and
    `read` of so many, and who."""

    of: int
    delivered: int
    read: int
    participants: list[ParticipantReceipt]


class PartReceipts(Message):
    """How a text that goes in several parts fares: of so many how many the carrier took, how many
    arrived, and how many never will."""

    of: int
    taken: int
    delivered: int
    refused: int


class Delivery(Message):
    """How a message fares with one recipient: a moment for each status that was reached.

    `loaded_at` is an open that a machine probably caused; it never counts as read. A message to a
    `group` is delivered, and read, when it is so with all who were in it; a text that goes in
    `parts` is delivered when all of them are.
    """

    id: UUID
    role: RecipientRole
    mailbox: Mailbox
    status: DeliveryStatus
    queued_at: datetime | None = None
    uncertain_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    loaded_at: datetime | None = None
    clicked_at: datetime | None = None
    clicks: list[str] = []
    code: str | None = None
    reason: str | None = None
    group: GroupReceipts | None = None
    parts: PartReceipts | None = None


class ItineraryLink(Message):
    """The itinerary that a message belongs to, and why."""

    itinerary_id: UUID
    reference: str
    title: str
    origin: LinkOrigin


class Reaction(Message):
    """Somebody's reaction to a message: ours, or of who has the `address`."""

    emoji: str
    by_us: bool
    address: str
    at: datetime


class NoteKind(enum.Enum):
    """What happened in a group."""

    MADE = "made"
    ADDED = "added"
    INVITED = "invited"  # they could not be added and were sent the invitation
    REFUSED = "refused"
    UNKNOWN = "unknown"  # no answer came
    JOINED = "joined"  # by the invitation
    LEFT = "left"
    REMOVED = "removed"
    RENAMED = "renamed"
    CLOSED = "closed"  # we are not in it any more


class GroupNote(Message):
    """What a message tells that nobody wrote: what happened, and to whom."""

    kind: NoteKind
    names: list[str] = []
    reason: str | None = None


class ChatDetails(Message):
    """What a message of a chat has beside its words and files.

    `awaited` files have not come yet, those with a reason never will. `on_phone` says that one of
    us wrote it on the phone itself. A `note` was written by nobody. `said_at` is when it was said
    by the network's clock, from which the time to answer counts; it may have come to us later.
    """

    place: Place | None = None
    cards: list[Card] = []
    awaited: list[AwaitedFile] = []
    reactions: list[Reaction] = []
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    on_phone: bool = False
    note: GroupNote | None = None
    said_at: datetime | None = None


class MessageView(Message):
    """A message as it is shown. `at` is when it was sent or received, in UTC.

    `imported` marks history, which rules, assistant and figures ignore. `erased` says that its
    words are gone with the person whose they were; when it was sent and how it fared stays.
    `answers_id` is the message that it answers, or quotes.
    """

    id: UUID
    conversation_id: UUID
    channel: Channel
    connection_id: UUID | None
    direction: Direction
    kind: MessageKind
    author_kind: AuthorKind
    author_name: str
    author_id: UUID | None
    contact_id: UUID | None
    contact_name: str
    itinerary: ItineraryLink | None
    subject: str
    text: str
    html: str | None
    quoted_text: str
    quoted_html: str | None
    attachments: list[Attachment]
    deliveries: list[Delivery]
    service_ids: list[UUID]
    automatic: AutomaticKind
    at: datetime
    defects: list[str]
    imported: bool = False
    erased: bool = False
    answers_id: UUID | None = None
    chat: ChatDetails | None = None


class Marks(Message):
    """Where the words of a query stand in a message: from and to before which code point each."""

    subject: list[Annotated[list[int], Meta(min_length=2, max_length=2)]]
    text: list[Annotated[list[int], Meta(min_length=2, max_length=2)]]


class MessagePage(Message):
    """Messages, the newest first; `cursor` gives the older ones.

    Of a search, `marks` has one entry for each of the messages, which are in the order of
    `SearchPage`.
    """

    messages: list[MessageView]
    cursor: str | None
    marks: list[Marks] = []


class Timelines(Interface, Protocol):
    """Messages by conversation, by trip and by person."""

    @call(rights.READ)
    def get_message(self, *, id: UUID) -> MessageView:
        """One message. NotFound `inbox.message_not_found`."""
        ...

    @call(rights.READ)
    def conversation_messages(
        self,
        *,
        id: UUID,
        q: Line | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> MessagePage:
        """The messages of a conversation, the newest first; with `q` those that have its words.

        NotFound `inbox.conversation_not_found`.
        """
        ...

    @call(rights.READ)
    def itinerary_timeline(
        self,
        *,
        itinerary_id: UUID,
        contact_id: UUID | None = None,
        contact_kind: ContactKind | None = None,
        channel: Channel | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> MessagePage:
        """Every message of a trip over all channels and people, the newest first (mission A5).

        All filters hold at once: with `contact_id` the messages with him, with `contact_kind` those
        with anybody who is that now, as the suppliers; copies included.
        """
        ...

    @call(rights.READ)
    def contact_timeline(
        self,
        *,
        contact_id: UUID,
        itinerary_id: UUID | None = None,
        channel: Channel | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> MessagePage:
        """Every message with a contact across all trips, the newest first (missions A5, B3)."""
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def link_message(
        self, *, id: UUID, itinerary_id: UUID | None, reason: Line = ""
    ) -> MessageView:
        """Put a message on an itinerary by hand, or take it off with None (mission A6).

        Who did, when, from where and with what `reason` is kept.
        """
        ...
