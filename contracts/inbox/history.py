"""Messages of the past."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..channels import Mailbox
from ..common import FileRef, Text
from .messages import Delivery, Direction, LinkOrigin, MessageKind


class ImportedMessage(Message):
    """A message of the past, as the system or the channel's history that it comes from has it.

    `mailbox` is the contact's address and name in it. `deliveries` say how an outgoing message
    fared in the end, one for each recipient; an incoming one has none. `link` says why it belongs
    to the itinerary, and `unread` that nobody of the team has seen it. What the channel calls the
    message, `provider_id`, keeps it from being taken a second time.
    """

    id: UUID
    direction: Direction
    at: Annotated[datetime, Meta(tz=True)]
    contact_id: UUID
    mailbox: Mailbox
    connection_id: UUID
    author_name: Annotated[str, Meta(max_length=200)] = ""
    kind: MessageKind = MessageKind.MESSAGE
    subject: Annotated[str, Meta(max_length=500)] = ""
    text: Text = ""
    attachments: Annotated[list[FileRef], Meta(max_length=20)] = []
    deliveries: Annotated[list[Delivery], Meta(max_length=200)] = []
    itinerary_id: UUID | None = None
    link: LinkOrigin = LinkOrigin.HAND
    service_ids: Annotated[list[UUID], Meta(max_length=200)] = []
    provider_id: Annotated[str, Meta(min_length=1, max_length=990)] | None = None
    unread: bool = False


class History(Interface, Protocol):
    """What was said before the inbox was there."""

    @call(rights.SERVICES_ONLY, mutates=True, deadline=20.0)
    def import_messages(
        self, *, messages: Annotated[list[ImportedMessage], Meta(max_length=200)]
    ) -> None:
        """Take messages of the past in: all of them or none, and nothing leaves or notifies.

        One whose id is known already changes nothing. Invalid `inbox.import_invalid` names every
        wrong field; NotFound `inbox.import_unknown` names each contact, itinerary and connection
        that the inbox does not know: it hears of them by events, so what was made a moment ago may
        be known at the next try.
        """
        ...
