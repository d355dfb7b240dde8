"""Attentive while an answer is owed, Answered when not, and the waits meanwhile (mission D4)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Conversation, ConversationState
from fairlead.context import current

from . import changes
from .domain.turns import BEGINNING, Mark, Place, Side, Turn, spells, state
from .store import conversations, holding, trail, waits
from .store.conversations import ConversationRow
from .store.messages import MessageRow


def follow(session: Session, conversation: ConversationRow, message: MessageRow) -> None:
    """A message was added: let it count for its side, in whatever order it came."""
    if message.side is None:
        return
    turn = Turn((message.at, message.id), message.side, message.author_id)
    if turn.place < place(conversation):
        _recount(session, conversation, turn.place)
        return
    waiting = conversation.waiting_since is not None
    if turn.side is not Side.THEIRS and waiting:
        waits.end(session, conversation.id, turn)
        conversation.waiting_since = None
    if turn.side is Side.THEIRS and not waiting:
        waits.begin(session, conversation.id, conversation.contact_id, turn.place)
        conversation.waiting_since = message.at
    conversation.turn_at, conversation.turn_id = turn.place
    conversation.state = state(turn, None)
    conversation.marked_at, conversation.marked_by, conversation.marked_name = None, None, None


def set_state(session: Session, id: UUID, version: int, wanted: ConversationState) -> Conversation:
    """Somebody says by hand what the conversation is, until the next message that counts."""
    conversation = holding.expected(session, id, version)
    return mark(session, conversation, wanted) or conversations.view(session, id)


def mark(
    session: Session, conversation: ConversationRow, wanted: ConversationState
) -> Conversation | None:
    """Let a conversation be what somebody says by hand; None where it is that already."""
    before, id = conversation.state, conversation.id
    if before is wanted:
        return None
    who, now = current(), dt.datetime.now(dt.UTC)
    after = place(conversation)
    waits.mark(session, id, Mark(after, wanted, now, who.user))
    conversation.state = wanted
    conversation.marked_at, conversation.marked_by = now, who.user
    conversation.marked_name = who.user_name
    _recount(session, conversation, after)
    trail.note(session, conversation, "state", {"state": before.value}, {"state": wanted.value})
    return changes.tell(session, "state", id)


def place(conversation: ConversationRow) -> Place:
    """The place of the last message of the conversation that counts."""
    if conversation.turn_at is None or conversation.turn_id is None:
        return BEGINNING
    return conversation.turn_at, conversation.turn_id


def _recount(session: Session, conversation: ConversationRow, around: Place) -> None:
    """Find the waits anew between the answers before and after a place."""
    low, high, turns, marks = waits.between(session, conversation.id, around)
    waits.replace(
        session, conversation.id, conversation.contact_id, (low, high), spells(turns, marks)
    )
    conversation.waiting_since = waits.open_since(session, conversation.id)
