"""What each user has not seen yet, and what the team has not."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.inbox import Conversation, ReadMarkChanged
from fairlead.bus import publish
from fairlead.context import current
from fairlead.errors import Conflict, Invalid

from . import changes, chatting
from .store import conversations, holding, messages, unread, waits
from .store.conversations import ConversationRow


def mark_read(session: Session, id: UUID) -> Conversation:
    """The caller has seen everything, and with him the team."""
    read(session, holding.locked(session, id))
    return mine(session, conversations.view(session, id))


def read(session: Session, row: ConversationRow) -> bool:
    """The caller has seen everything, and with him the team; returns whether that is new."""
    team = row.unread > 0
    if team:
        chatting.read(session, row)
        changes.mark_read(session, row)
    return seen_by_caller(session, row) or team


def seen_by_caller(session: Session, row: ConversationRow) -> bool:
    """The caller has seen everything in a conversation; returns whether that is new."""
    user = current().user
    if user is None or not unread.clear(session, row.id, user):
        return False
    publish(session, ReadMarkChanged(conversation_id=row.id, user_id=user, unread=0))
    return True


def mark_unread(session: Session, id: UUID, message_id: UUID | None) -> Conversation:
    """Let the caller have all from a message on to read again."""
    user = current().user
    if user is None:
        raise Invalid.field("inbox.no_reader", "id", "only a user has something to read")
    holding.locked(session, id)
    if message_id is None:
        message = messages.last_news(session, id)
    else:
        message = messages.get(session, message_id)
        if message is None or message.conversation_id != id:
            raise messages.not_found()
    count = messages.count_news(session, message) if message else 0
    if not count:
        raise Conflict("inbox.nothing_to_read", "Nothing came in from there on")
    unread.put(session, id, user, count, dt.datetime.now(dt.UTC))
    publish(session, ReadMarkChanged(conversation_id=id, user_id=user, unread=count))
    return mine(session, conversations.view(session, id))


def waiting(session: Session, shown: Conversation, now: dt.datetime) -> Conversation:
    """The same, with how long it waits `now` in business hours."""
    since = shown.waiting_since
    if since is None:
        return shown
    counted = waits.run(session, [since], now)[since]
    return msgspec.structs.replace(shown, waiting_business_seconds=counted)


def mine(session: Session, conversation: Conversation) -> Conversation:
    """A conversation as its caller sees it."""
    user = current().user
    if user is None:
        return conversation
    count = unread.of(session, conversation.id, user)
    return msgspec.structs.replace(conversation, unread_mine=count)
