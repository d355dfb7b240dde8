"""The list of what was sent, on all channels (mission H1)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..channels import DeliveryStatus
from ..common import Channel, Cursor, Limit, Moment
from ..jobs import Job
from .messages import AuthorKind, MessageKind


class SentMessage(Message):
    """A message that was sent. `status` is that of the whole: failed where it failed for anybody,
    with the `reason` of the first."""

    id: UUID
    at: datetime
    channel: Channel
    kind: MessageKind
    connection_id: UUID | None
    author_kind: AuthorKind
    author_id: UUID | None
    author_name: str
    contact_id: UUID | None
    contact_name: str
    to: list[str]
    itinerary_id: UUID | None
    reference: str
    subject: str
    preview: str
    status: DeliveryStatus | None
    reason: str


class SentMessagePage(Message):
    """Messages that were sent, the newest first; `cursor` gives the older ones."""

    sent: list[SentMessage]
    cursor: str | None


class SentLog(Interface, Protocol):
    """What was sent. Imported history is none of it."""

    @call(rights.READ)
    def list_sent_messages(
        self,
        *,
        channel: Channel | None = None,
        status: DeliveryStatus | None = None,
        connection_id: UUID | None = None,
        author_kind: AuthorKind | None = None,
        author_id: UUID | None = None,
        contact_id: UUID | None = None,
        itinerary_id: UUID | None = None,
        sent_from: Moment | None = None,
        sent_before: Moment | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> SentMessagePage:
        """What was sent and fits all filters, the newest first."""
        ...

    @call(rights.EXPORT_CONTACTS, mutates=True)
    def start_sent_export(
        self,
        *,
        channel: Channel | None = None,
        status: DeliveryStatus | None = None,
        connection_id: UUID | None = None,
        author_kind: AuthorKind | None = None,
        author_id: UUID | None = None,
        contact_id: UUID | None = None,
        itinerary_id: UUID | None = None,
        sent_from: Moment | None = None,
        sent_before: Moment | None = None,
        id: UUID | None = None,
    ) -> Job:
        """Write what fits, as `list_sent_messages` has it, into a CSV file, as a job (kind
        `sent_export`)."""
        ...
