"""Who else is in a conversation, and whether somebody answered while one was writing."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.inbox import Answered, Doing, PresenceChanged, Present
from fairlead.bus import publish
from fairlead.context import current, service_context
from fairlead.errors import Conflict, Invalid
from fairlead.store import Reach

from . import chatting
from .store import conversations, holding, messages, presence

LASTS = {Doing.VIEWING: dt.timedelta(seconds=45), Doing.TYPING: dt.timedelta(seconds=15)}


def say(session: Session, id: UUID, doing: Doing | None) -> list[Present]:
    """The caller is in a conversation, or left it; returns the others."""
    who, now = current(), dt.datetime.now(dt.UTC)
    if who.user is None:
        raise Invalid.field("inbox.no_reader", "doing", "only a user is in a conversation")
    shown = conversations.view(session, id)
    before = presence.of(session, id, now)
    if doing is None:
        presence.remove(session, id, who.user)
    else:
        mine = Present(
            user_id=who.user,
            user_name=(who.user_name or "")[:200],
            doing=doing,
            until=now + LASTS[doing],
        )
        presence.put(session, id, mine)
    if shown.channel is Channel.WHATSAPP:
        was = next((each.doing for each in before if each.user_id == who.user), None)
        chatting.presence(session, holding.locked(session, id), doing, was)
    after = presence.of(session, id, now)
    if _seen(before) != _seen(after):  # to be still there is no news
        publish(session, PresenceChanged(conversation_id=id, present=after))
    return [each for each in after if each.user_id != who.user]


def of(session: Session, id: UUID) -> list[Present]:
    """Who is in a conversation."""
    found = presence.of(session, id, dt.datetime.now(dt.UTC))
    if not found:
        conversations.view(session, id)
    return found


def over(session: Session) -> set[tuple[UUID, UUID]]:
    """Take away those who said nothing for so long; returns where they were."""
    return presence.end(session, dt.datetime.now(dt.UTC))


def tell(session: Session, organisation: Reach, id: UUID) -> None:
    """Say who is in a conversation after somebody's time was over."""
    assert isinstance(organisation, UUID)
    left = presence.of(session, id, dt.datetime.now(dt.UTC))
    event = PresenceChanged(conversation_id=id, present=left)
    publish(session, event, context=service_context(organisation))


def answered_since(session: Session, seen_message_id: UUID | None) -> Answered | None:
    """The first answer, by somebody else, to what the caller saw last; Invalid for no message."""
    if seen_message_id is None:
        return None
    seen = messages.get(session, seen_message_id)
    if seen is None:
        raise Invalid.field("inbox.draft_incomplete", "seen_message_id", "there is no such message")
    row = messages.answer_after(session, seen, current().user)
    if row is None:
        return None
    return Answered(
        message_id=row.id, author_id=row.author_id, author_name=row.author_name, at=row.at
    )


def check_nobody_answered(session: Session, seen_message_id: UUID | None) -> None:
    """Raise Conflict that names who answered since.

    The conversation is held, so that nobody answers between this look and the own answer.
    """
    seen = messages.get(session, seen_message_id) if seen_message_id else None
    if seen is not None:
        holding.locked(session, seen.conversation_id)
    answered = answered_since(session, seen_message_id)
    if answered is not None:
        raise Conflict(
            "inbox.answered_meanwhile",
            f"{answered.author_name or 'Somebody'} answered meanwhile",
            message_id=str(answered.message_id),
            author_id=str(answered.author_id) if answered.author_id else None,
            author_name=answered.author_name,
            at=answered.at.isoformat(),
        )


def _seen(present: list[Present]) -> set[tuple[UUID, Doing]]:
    return {(each.user_id, each.doing) for each in present}
