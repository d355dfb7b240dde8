"""What the inbox and the gateways of all channels say to each other."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Message, event

from .common import Channel, FileRef, Line, Text
from .consents import ConsentKind, ConsentSource


class DeliveryStatus(enum.Enum):
    """How a message fared with one recipient. A later status never gives way to an earlier."""

    QUEUED = "queued"
    UNCERTAIN = "uncertain"  # the provider may have it; nobody can tell yet
    SENT = "sent"  # the provider took it
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class ConnectionState(enum.Enum):
    """Whether a connection works."""

    OPEN = "open"
    CONNECTING = "connecting"
    FAILING = "failing"
    OFF = "off"


class Ability(enum.Enum):
    """What a connection can do beside sending text. Screens offer nothing else."""

    FILES = "files"
    PLACES = "places"
    CARDS = "cards"
    QUOTES = "quotes"
    REACTIONS = "reactions"
    EDITS = "edits"
    DELETIONS = "deletions"
    TYPING = "typing"
    READ_MARKS = "read_marks"
    TEMPLATES = "templates"
    GROUPS = "groups"
    SCANNED = "scanned"  # it is connected by scanning a code with the phone


class Mailbox(Message):
    """A mail address with the name that stands before it."""

    address: Annotated[str, Meta(max_length=320)]
    name: Annotated[str, Meta(max_length=200)] = ""


class RecipientRole(enum.Enum):
    """Where a recipient stands in a mail."""

    TO = "to"
    CC = "cc"
    BCC = "bcc"


class EmailRecipient(Message):
    """One recipient of one message; `delivery_id` names the row that its fate goes to."""

    delivery_id: UUID
    role: RecipientRole
    mailbox: Mailbox


@event("message.queued", source="inbox", variant="email")
class EmailQueued(Event):
    """An email is to leave. `html` is the content without the letterhead around it.

    `references` are the provider's ids of the messages before it, the oldest first; the last one
    is answered. `automatic` marks what no person wrote (RFC 3834), `bulk` what its readers did not
    ask for: it says how to unsubscribe (RFC 8058), and those who did so get it no more.
    """

    message_id: UUID
    connection_id: UUID | None
    conversation_id: UUID
    queued_at: datetime
    recipients: Annotated[list[EmailRecipient], Meta(min_length=1, max_length=200)]
    subject: Annotated[str, Meta(max_length=500)]
    html: Text
    text: Text
    attachments: list[FileRef] = []
    references: list[str] = []
    sender_name: str = ""
    signature: str = ""
    automatic: bool = False
    bulk: bool = False
    track: bool = True


@event("message.queued", source="inbox", variant="sms")
class SmsQueued(Event):
    """A text is to leave for one phone.

    `exact` text is for a machine and leaves as it was written (mission H6). `automatic` marks what
    no person wrote.
    """

    message_id: UUID
    delivery_id: UUID
    connection_id: UUID | None
    conversation_id: UUID
    number: Annotated[str, Meta(max_length=320)]
    text: Text
    queued_at: datetime
    exact: bool = False
    automatic: bool = False


class Place(Message):
    """A point on the map (WGS 84, degrees), with what it is called."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    name: Line = ""
    address: Line = ""


class Card(Message):
    """Somebody's addresses, as they are handed on in a chat."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    phones: Annotated[list[Line], Meta(max_length=20)] = []
    emails: Annotated[list[Line], Meta(max_length=20)] = []
    company: Line = ""


class ApprovedTemplate(Message):
    """A template that the network approved, with what fills its places: `{{1}}` is the first of
    `parameters`, in the heading the first of `heading`. `buttons` complete the addresses of its
    buttons, in their order; one that has no place is empty."""

    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(min_length=2, max_length=15)]
    parameters: Annotated[list[Line], Meta(max_length=50)] = []
    heading: Annotated[list[Line], Meta(max_length=1)] = []
    buttons: Annotated[list[Line], Meta(max_length=10)] = []


class QuotedMessage(Message):
    """What a message quotes, as its own network shows it: who said it (empty: we did), and the
    beginning of his words."""

    author: Line = ""
    text: Text = ""


@event("message.queued", source="inbox", variant="whatsapp")
class WhatsAppQueued(Event):
    """A message is to leave for one WhatsApp account, or for a group.

    `address` is a number without plus, a hidden id (`…@lid`), a business-scoped id (`US.…`) or a
    group's. `quotes` is the network's id of the message that is answered, and `quoted` what it
    says. With a `template`, `text`
    is what it says when it is filled. `automatic` marks what no person wrote. `after` is the
    delivery before it in the same chat, if that one was on its way when this one was queued: events
    come in any order, and what is said in a chat has one.
    """

    message_id: UUID
    delivery_id: UUID
    connection_id: UUID | None
    conversation_id: UUID
    address: Annotated[str, Meta(max_length=320)]
    text: Text
    queued_at: datetime
    attachments: list[FileRef] = []
    place: Place | None = None
    cards: list[Card] = []
    template: ApprovedTemplate | None = None
    quotes: str | None = None
    automatic: bool = False
    after: UUID | None = None
    quoted: QuotedMessage | None = None


class Amending(enum.Enum):
    """What happens to a message after it was sent."""

    REACTED = "reacted"
    EDITED = "edited"
    DELETED = "deleted"


@event("amendment.queued", source="inbox", variant="whatsapp")
class WhatsAppAmendmentQueued(Event):
    """A message that was sent or received is to be changed on the network.

    `target` is the network's id of the message, `by_us` says that we wrote it; in a group `author`
    says who did. `text` is the new wording of an edit, and of a reaction its emoji; an empty one
    takes ours away.
    """

    id: UUID
    message_id: UUID
    connection_id: UUID
    address: Annotated[str, Meta(max_length=320)]
    target: Line
    by_us: bool
    kind: Amending
    text: Text
    queued_at: datetime
    author: Line = ""


@event("chat.attended", source="inbox", variant="whatsapp")
class WhatsAppAttended(Event):
    """Somebody of us is in a chat: he writes (`typing`), has read up to `last_id`, the network's id
    of the other side's last message, or only looks at it (`looking`). None of them: he writes no
    more. `before` are the messages that nobody had read before the last one, the latest first; in a
    group `author` wrote all of these.
    """

    connection_id: UUID
    address: Annotated[str, Meta(max_length=320)]
    last_id: Line | None
    typing: bool
    at: datetime
    looking: bool = False
    before: Annotated[list[Line], Meta(max_length=100)] = []
    author: Line = ""


@event("notice.queued", source="accounts")
class NoticeQueued(Event):
    """A mail to an employee is to leave: an invitation, a new password, what happened.

    It goes out by the organisation's default connection, in its letterhead, marked as written by
    no person (RFC 3834), once for each `notice_id`; it stands on no timeline. `html` is the content
    without the letterhead.
    """

    notice_id: UUID
    to: Mailbox
    subject: Annotated[str, Meta(min_length=1, max_length=500)]
    html: Text
    text: Text
    queued_at: datetime


class AutomaticKind(enum.Enum):
    """What kind of machine wrote an inbound message."""

    NONE = "none"
    AUTO_REPLY = "auto_reply"  # out of office
    BULK = "bulk"  # a newsletter or a list


class AwaitedFile(Message):
    """A file of a message that has not come yet; with a `reason`, it will not."""

    number: Annotated[int, Meta(ge=0, le=100)]
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    content_type: Line
    size: int | None = None
    reason: str | None = None


class ChatGroup(Message):
    """A group of people in which a message was said."""

    address: Annotated[str, Meta(min_length=1, max_length=320)]
    subject: Line = ""


@event("message.received", source="channels")
class MessageReceived(Event):
    """Somebody wrote to us.

    `id` is the gateway's own and becomes the message's. `provider_id` is unique within the
    connection. `answers` is our message that this one answers, where the gateway could prove it
    by `answers_by`: `envelope` or `bounce` for a signed token in the address that it was sent to,
    `message_id` or `provider_id` for what a passed on mail bears as well; `references` are provider
    ids for the inbox to try. `text` and `html` are what was newly written; `quoted_*` the rest,
    folded away. `html` is sanitised.

    What one of us wrote on the phone itself (`by_us`) comes from our own address, and is an answer
    of ours. `also` are further addresses that the sender is known by on this channel; all are one
    person's. `awaited` files come later, by `message.amended`.
    """

    id: UUID
    channel: Channel
    connection_id: UUID
    provider_id: str
    sender: Mailbox
    reply_to: Mailbox | None
    to: list[Mailbox]
    cc: list[Mailbox]
    subject: str
    text: str
    html: str | None
    quoted_text: str
    quoted_html: str | None
    attachments: list[FileRef]
    answers: UUID | None
    answers_by: str | None
    references: list[str]
    automatic: AutomaticKind
    sent_at: datetime | None
    received_at: datetime
    defects: list[str] = []
    imported: bool = False
    by_us: bool = False
    also: Annotated[list[Line], Meta(max_length=10)] = []
    group: ChatGroup | None = None
    awaited: list[AwaitedFile] = []
    place: Place | None = None
    cards: list[Card] = []


class LateContent(Message):
    """What a message says that could not be read at first."""

    text: Text = ""
    place: Place | None = None
    cards: list[Card] = []


@event("message.amended", source="channels")
class MessageAmended(Event):
    """Something happened to a message that was said before, by either side.

    It is the one that the provider calls `provider_id`. `kind` None tells of its files: those that
    came (by their number among its files), and those that are still `awaited`; and, if it could not
    be read at first, what it says. `text` is the new wording of an edit, and of a reaction its
    emoji; an empty one was taken away. They may come before the message, in any order, and twice.
    """

    channel: Channel
    connection_id: UUID
    provider_id: Line
    address: Annotated[str, Meta(max_length=320)]
    by_us: bool
    at: datetime
    kind: Amending | None = None
    text: Text = ""
    files: dict[int, FileRef] = {}
    awaited: list[AwaitedFile] | None = None
    late: LateContent | None = None


@event("chat.followed", source="channels")
class ChatFollowed(Event):
    """What the other side of a chat does just now: writes, or records (`typing`, for so long as
    `until`). `read_by_us` says that one of us read the chat on the phone itself."""

    channel: Channel
    connection_id: UUID
    address: Annotated[str, Meta(max_length=320)]
    at: datetime
    typing: bool = False
    until: datetime | None = None
    read_by_us: bool = False


@event("addresses.joined", source="channels")
class AddressesJoined(Event):
    """A channel learnt that these addresses are one person's. With `gone`, the first one is what
    he had before and has no more."""

    channel: Channel
    connection_id: UUID
    addresses: Annotated[list[Line], Meta(min_length=2, max_length=10)]
    name: Line
    at: datetime
    gone: bool = False


# The code of a delivery of which nothing more will be told; what comes all the same counts.
EXPIRED_UNKNOWN = "expired_unknown"


@event("delivery.updated", source="channels")
class DeliveryUpdated(Event):
    """One delivery reached a status at a moment. They may come in any order and twice.

    `provider_id` is what the provider calls the message. For a failure `reason` is a sentence
    for a person, `code` the provider's (RFC 3463), and `permanent` says that the address itself
    is at fault. `machine` marks a read that a person probably did not cause. Where a message goes
    in `parts`, `parts_delivered` of them have arrived, `parts_taken` were taken by the provider and
    `parts_refused` will never be sent. With the code `EXPIRED_UNKNOWN` nobody will ever tell how a
    message fared that was sent or may have been.

    A message to a group reaches a status when it did so with all of its `participants`, who are
    told when it was sent. With a `participant` it has reached it with him alone.
    """

    delivery_id: UUID
    message_id: UUID
    channel: Channel
    address: str
    status: DeliveryStatus
    at: datetime
    provider_id: str | None = None
    code: str | None = None
    reason: str | None = None
    permanent: bool = False
    machine: bool = False
    clicked: str | None = None
    parts: int | None = None
    parts_delivered: int | None = None
    parts_taken: int | None = None
    parts_refused: int | None = None
    participant: Line | None = None
    participants: list[Line] | None = None


@event("connection.changed", source="channels")
class ConnectionChanged(Event):
    """A connection, as the inbox shows it and chooses from it.

    Where the network lets us write freely only for `answer_hours` after the other side wrote, they
    are told here.
    """

    connection_id: UUID
    channel: Channel
    label: Line
    address: Line
    state: ConnectionState
    reason: str | None
    default: bool
    removed: bool
    version: int
    abilities: list[Ability] = []
    answer_hours: int | None = None


class ConnectionCopies(Message):
    """Some connections as they are told, removed ones too; `total` of all, on the first page."""

    items: list[ConnectionChanged]
    total: int | None


@event("consent.withdrawn", source="channels")
class ConsentWithdrawn(Event):
    """Somebody told a channel that he wants no more of a kind, or of any (`kind` None), at an
    address."""

    channel: Channel
    address: Annotated[str, Meta(max_length=320)]
    kind: ConsentKind | None
    source: ConsentSource
    at: datetime
