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


@event("message.received", source="channels")
class MessageReceived(Event):
    """Somebody wrote to us.

    `id` is the gateway's own and becomes the message's. `provider_id` is unique within the
    connection. `answers` is our message that this one answers, where the gateway could prove it
    by `answers_by`: `envelope` or `bounce` for a signed token in the address that it was sent to,
    `message_id` or `provider_id` for what a passed on mail bears as well; `references` are provider
    ids for the inbox to try. `text` and `html` are what was newly written; `quoted_*` the rest,
    folded away. `html` is sanitised.
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


@event("delivery.updated", source="channels")
class DeliveryUpdated(Event):
    """One delivery reached a status at a moment. They may come in any order and twice.

    `provider_id` is what the provider calls the message. For a failure `reason` is a sentence
    for a person, `code` the provider's (RFC 3463), and `permanent` says that the address itself
    is at fault. `machine` marks a read that a person probably did not cause. Where a message goes
    in `parts`, `parts_delivered` of them have arrived, `parts_taken` were taken by the provider and
    `parts_refused` will never be sent.
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


@event("connection.changed", source="channels")
class ConnectionChanged(Event):
    """A connection, as the inbox shows it and chooses from it."""

    connection_id: UUID
    channel: Channel
    label: Line
    address: Line
    state: ConnectionState
    reason: str | None
    default: bool
    removed: bool
    version: int


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
