"""What a conversation shows after something happened in it, and the news of it.

Each function writes the conversation's row and publishes one `conversation.changed`, in the
transaction of what caused it. The row must be held.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Conversation, ConversationChanged, Direction, MessageView
from fairlead.bus import publish

from .domain import deliveries
from .store import conversations, holding, links, messages, settings, trail, unread
from .store.conversations import ConversationRow
from .store.messages import MessageRow

TRIPS_KEPT = 50  # a supplier's conversation may touch thousands; the latest are shown


def message_added(
    session: Session,
    conversation: ConversationRow,
    message: MessageRow,
    address: str,
    *,
    news: bool,
) -> MessageView:
    """A message came in or is on its way out. `news` is unread and ends the archive."""
    if message.at >= conversation.last_at:
        conversations.describe(
            conversation,
            address=address,
            subject=message.subject,
            preview=message.gist,
        )
        conversation.last_message_id = message.id
        conversation.last_direction = message.direction
        conversation.last_status = deliveries.overall(message.deliveries)
        conversation.last_at = message.at
    if news and message.direction is Direction.IN:
        conversation.unread += 1
        if not message.imported:
            unread.add(
                session, conversation.id, settings.active_users(session), dt.datetime.now(dt.UTC)
            )
        conversation.archived = False
        conversations.come_back(conversation)
    _meet(conversation, (link.itinerary_id for link in message.links))
    return _tell_of(session, "message_added", message)


def delivery_updated(session: Session, message: MessageRow) -> None:
    """A delivery of a message fared on."""
    conversation = holding.locked(session, message.conversation_id)
    if conversation.last_message_id == message.id:
        conversation.last_status = deliveries.overall(message.deliveries)
    _tell_of(session, "delivery_updated", message)


def amended(session: Session, message: MessageRow) -> MessageView:
    """A message of a chat was reacted to, says something else, or is no more."""
    conversation = holding.locked(session, message.conversation_id)
    if conversation.last_message_id == message.id:
        conversation.preview = message.gist
    return _tell_of(session, "message_amended", message)


def file_checked(session: Session, message: MessageRow) -> None:
    """More is known of a file of a message."""
    _tell_of(session, "file_checked", message)


def message_linked(session: Session, message: MessageRow, gone: Iterable[UUID]) -> MessageView:
    """A message was put on other trips; it is no longer on those that are `gone`."""
    conversation = holding.locked(session, message.conversation_id)
    left = [trip for trip in gone if not links.joins(session, conversation.id, trip)]
    conversation.itinerary_ids = [t for t in conversation.itinerary_ids if t not in left]
    _meet(conversation, (link.itinerary_id for link in message.links))
    return _tell_of(session, "message_linked", message)


def set_archived(
    session: Session, conversation: ConversationRow, *, archived: bool
) -> Conversation:
    """Somebody archived the conversation or brought it back."""
    if conversation.archived == archived:
        return conversations.view(session, conversation.id)
    conversation.archived = archived
    if archived:  # what is dealt with is nobody's to read
        unread.clear(session, conversation.id)
    trail.note(
        session,
        conversation,
        "archived",
        {"archived": str(not archived).lower()},
        {"archived": str(archived).lower()},
    )
    return tell(session, "archived", conversation.id)


def mark_read(session: Session, conversation: ConversationRow) -> Conversation:
    """The team has seen everything, in which there was something to see."""
    conversation.unread = 0
    return tell(session, "read", conversation.id)


def _meet(conversation: ConversationRow, trips: Iterable[UUID]) -> None:
    together = list(dict.fromkeys([*trips, *conversation.itinerary_ids]))[:TRIPS_KEPT]
    if together != conversation.itinerary_ids:
        conversation.itinerary_ids = together


def tell(session: Session, change: str, conversation_id: UUID) -> Conversation:
    """Publish what a conversation is after a change."""
    conversation = conversations.view(session, conversation_id)
    publish(session, ConversationChanged(change=change, conversation=conversation, message=None))
    return conversation


def _tell_of(session: Session, change: str, message: MessageRow) -> MessageView:
    view = messages.view(session, message.id)
    conversation = conversations.view(session, message.conversation_id)
    publish(session, ConversationChanged(change=change, conversation=conversation, message=view))
    return view
