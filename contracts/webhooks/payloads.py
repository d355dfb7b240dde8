"""What webhooks carry: public shapes, which say less than what services say among themselves.

They grow by new fields alone. What has to change otherwise is a new `schema_version`, sent beside
the old one for a year. Nothing that the team says among itself is in them: no comments, no notes.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from fairlead.contract import Message

from ..channels import DeliveryStatus
from ..common import Channel
from ..contacts import ContactKind, Scheme
from ..inbox import Direction, MessageKind
from .trips import (
    WebhookItinerary,
    WebhookOverbooking,
    WebhookPayment,
    WebhookProposal,
    WebhookReview,
)


class WebhookEvent(enum.Enum):
    """What a webhook can be told of."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_SENT = "message.sent"
    MESSAGE_DELIVERY_UPDATED = "message.delivery_updated"
    CONVERSATION_CHANGED = "conversation.changed"
    CONTACT_CHANGED = "contact.changed"
    ITINERARY_CHANGED = "itinerary.changed"
    PAYMENT_RECORDED = "payment.recorded"
    PROPOSAL_CREATED = "proposal.created"
    PROPOSAL_CHANGED = "proposal.changed"
    PROPOSAL_ACCEPTED = "proposal.accepted"
    PROPOSAL_DECLINED = "proposal.declined"
    OVERBOOKING_FOUND = "overbooking.found"
    OVERBOOKING_RESOLVED = "overbooking.resolved"
    REVIEW_RECEIVED = "review.received"
    REVIEW_CHANGED = "review.changed"
    TEST = "webhook.test"


class WebhookPerson(Message):
    """An address with the name that stands before it."""

    address: str
    name: str


class WebhookFile(Message):
    """A file of a message; `GET /api/v1/files/{id}` gives its content."""

    id: UUID
    name: str
    content_type: str
    size: int


class WebhookMessage(Message):
    """A message that came in or is on its way out (`message.received`, `message.sent`).

    `text` has 100,000 characters at most. Blind copies are not named.
    """

    id: UUID
    conversation_id: UUID
    channel: Channel
    connection_id: UUID | None
    direction: Direction
    kind: MessageKind
    contact_id: UUID | None
    contact_name: str
    itinerary_id: UUID | None
    author_name: str
    to: list[WebhookPerson]
    subject: str
    text: str
    attachments: list[WebhookFile]
    at: dt.datetime


class WebhookDeliveryUpdate(Message):
    """One delivery of a message reached a status (`message.delivery_updated`). They come in any
    order; `machine` marks a read that a person probably did not cause."""

    message_id: UUID
    delivery_id: UUID
    channel: Channel
    address: str
    status: DeliveryStatus
    at: dt.datetime
    code: str | None
    reason: str | None
    permanent: bool
    machine: bool


class WebhookConversation(Message):
    """A conversation after a change (`conversation.changed`). Ignore a lower `version`; two events
    of one version say the same of it. All of one with `merged_into_id` is in that one, until it
    comes without."""

    id: UUID
    channel: Channel
    connection_id: UUID | None
    contact_id: UUID | None
    contact_name: str
    subject: str
    last_at: dt.datetime
    last_direction: Direction
    archived: bool
    assignee_id: UUID | None
    itinerary_ids: list[UUID]
    version: int
    merged_into_id: UUID | None = None


class WebhookIdentity(Message):
    """An address of a contact."""

    scheme: Scheme
    value: str


class WebhookContact(Message):
    """A contact after a change (`contact.changed`). Ignore a lower `version`.

    One with `merged_into_id` is part of that one, until it comes without; one who is `erased` is to
    be forgotten.
    """

    id: UUID
    kind: ContactKind
    name: str
    company: str
    language: str | None
    zone: str | None
    identities: list[WebhookIdentity]
    version: int
    created_at: dt.datetime
    merged_into_id: UUID | None = None
    erased: bool = False


class WebhookTest(Message):
    """Nothing happened: somebody tries the webhook (`webhook.test`)."""

    message: str = "This is a test."


class Payload(Message):
    """The body of each request.

    `id` is the occurrence's, and the header `webhook-id`: the same at every repetition and at each
    endpoint, so that what came twice is known. `data` is of the shape that PAYLOADS names.
    """

    schema: ClassVar[int] = 1

    id: UUID
    type: WebhookEvent
    schema_version: int
    timestamp: dt.datetime
    organisation_id: UUID
    data: Message


PAYLOADS: Mapping[WebhookEvent, type[Message]] = {
    WebhookEvent.MESSAGE_RECEIVED: WebhookMessage,
    WebhookEvent.MESSAGE_SENT: WebhookMessage,
    WebhookEvent.MESSAGE_DELIVERY_UPDATED: WebhookDeliveryUpdate,
    WebhookEvent.CONVERSATION_CHANGED: WebhookConversation,
    WebhookEvent.CONTACT_CHANGED: WebhookContact,
    WebhookEvent.ITINERARY_CHANGED: WebhookItinerary,
    WebhookEvent.PAYMENT_RECORDED: WebhookPayment,
    WebhookEvent.PROPOSAL_CREATED: WebhookProposal,
    WebhookEvent.PROPOSAL_CHANGED: WebhookProposal,
    WebhookEvent.PROPOSAL_ACCEPTED: WebhookProposal,
    WebhookEvent.PROPOSAL_DECLINED: WebhookProposal,
    WebhookEvent.OVERBOOKING_FOUND: WebhookOverbooking,
    WebhookEvent.OVERBOOKING_RESOLVED: WebhookOverbooking,
    WebhookEvent.REVIEW_RECEIVED: WebhookReview,
    WebhookEvent.REVIEW_CHANGED: WebhookReview,
    WebhookEvent.TEST: WebhookTest,
}
