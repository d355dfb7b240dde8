"""What people do in chats beside writing: react, correct, take back; and be seen reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import (
    Ability,
    Amending,
    ConnectionChanged,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
)
from contracts.common import Channel
from contracts.inbox import (
    AnswerWindow,
    ConversationKind,
    Direction,
    Doing,
    Draft,
    Hint,
    MessageView,
    Problem,
)
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.context import current
from fairlead.errors import Conflict, Invalid
from fairlead.store import new_id

from .domain import chatting
from .domain.composing import Composed
from .domain.knowledge import Knowledge
from .store import conversations, messages, settings
from .store.conversations import ConversationRow
from .store.messages import MessageRow

MARKED_AT_ONCE = 100  # messages; who has left more unread is shown as having read the last of them


def amend(session: Session, id: UUID, kind: Amending, text: str, now: dt.datetime) -> MessageView:
    """Ask the network to amend a message; it shows once it has been done there."""
    row = messages.locked(session, id)
    if row is None:
        raise messages.not_found()
    connection = _connection(session, row.connection_id)
    reason = chatting.why_not(kind, connection, row.direction)
    if row.channel is not Channel.WHATSAPP:
        reason = "only messages of a chat can be amended"
    elif row.provider_id is None and reason is None:
        reason = "the network does not have it yet"
    elif row.chat is not None and row.chat.deleted_at is not None:
        reason = "it was deleted"
    if reason is not None:
        raise Conflict("inbox.not_on_channel", reason[:1].upper() + reason[1:])
    if chatting.is_too_late(kind, row.at, now):
        raise Conflict("inbox.too_late", "WhatsApp changes nothing of it any more")
    if kind is Amending.EDITED and not text.strip():
        raise Invalid.field("inbox.invalid", "text", "write something, or delete the message")
    assert connection is not None, "why_not has looked"
    assert row.provider_id is not None, "and so was this"
    publish(
        session,
        WhatsAppAmendmentQueued(
            id=new_id(),
            message_id=row.id,
            connection_id=connection.connection_id,
            address=_address(session, row),
            author=_author(row, in_group=_in_group(session, row)),
            target=row.provider_id,
            by_us=row.direction is Direction.OUT,
            kind=kind,
            text=text,
            queued_at=now,
        ),
    )
    if current().user is not None and kind is not Amending.REACTED:
        record(
            session,
            f"message.{kind.value}",
            entity="message",
            id=row.id,
            label=row.subject,
            about=row.contact_id,
        )
    return messages.view(session, id)


def window(session: Session, id: UUID, now: dt.datetime) -> AnswerWindow:
    """Whether we may write freely in a conversation."""
    shown = conversations.view(session, id)
    connection = _connection(session, shown.connection_id)
    last_in = _last_in(session, id)
    return AnswerWindow(
        open=chatting.is_open(connection, last_in, now),
        until=chatting.closes_at(connection, last_in),
    )


def windowed(
    session: Session,
    draft: Draft,
    composed: Sequence[Composed],
    known: Knowledge,
    now: dt.datetime,
) -> list[Composed]:
    """The messages with until when they may leave, and what keeps them from it."""
    return [_windowed(session, draft, each, known, now) for each in composed]


def read(session: Session, row: ConversationRow) -> None:
    """One of us has read a conversation, which its other side may see: each message that was unread
    by the team, as phones mark each."""
    if (connection_id := _can(session, row, Ability.READ_MARKS)) is None:
        return
    unread = min(max(row.unread, 1), MARKED_AT_ONCE)
    in_group = row.kind is ConversationKind.GROUP
    of: dict[str, list[str]] = {}  # in a group each is told of his own
    for message, called in messages.called_news(session, row.id, unread):
        of.setdefault(_author(message, in_group=in_group), []).append(called)
    for author, ids in of.items():
        _attend(session, connection_id, row.address, last_id=ids[0], before=ids[1:], author=author)


def presence(
    session: Session, row: ConversationRow, now: Doing | None, before: Doing | None
) -> None:
    """One of us looks at a conversation, or writes in it, which its other side may see; and while
    somebody looks, we see when that side writes."""
    if (connection_id := _can(session, row, Ability.TYPING)) is None:
        return
    if now is Doing.TYPING:
        last = messages.last_news(session, row.id)
        last_id = last.provider_id if last else None
        in_group = row.kind is ConversationKind.GROUP
        author = _author(last, in_group=in_group) if last else ""
        _attend(session, connection_id, row.address, last_id=last_id, author=author, typing=True)
        return
    if before is Doing.TYPING:
        _attend(session, connection_id, row.address)
    if now is Doing.VIEWING:
        _attend(session, connection_id, row.address, looking=True)


def _can(session: Session, row: ConversationRow, ability: Ability) -> UUID | None:
    """The connection of a chat, if it has an ability."""
    if row.channel is not Channel.WHATSAPP or row.connection_id is None:
        return None
    connection = _connection(session, row.connection_id)
    if connection is None or connection.removed or ability not in connection.abilities:
        return None
    return row.connection_id


def _attend(
    session: Session,
    connection_id: UUID,
    address: str,
    *,
    last_id: str | None = None,
    before: Sequence[str] = (),
    author: str = "",
    typing: bool = False,
    looking: bool = False,
) -> None:
    attended = WhatsAppAttended(
        connection_id=connection_id,
        address=address,
        last_id=last_id,
        typing=typing,
        at=dt.datetime.now(dt.UTC),
        looking=looking,
        before=list(before),
        author=author,
    )
    publish(session, attended)


def _windowed(
    session: Session, draft: Draft, message: Composed, known: Knowledge, now: dt.datetime
) -> Composed:
    connection = known.connection(draft.channel, message.connection_id)
    problems = list(chatting.obstacles(draft, connection))
    hints: list[Hint] = []
    if draft.channel is Channel.WHATSAPP:
        problems += chatting.limits(message.text)
        hints += chatting.hints(message.attachments)
    until = None
    if connection is not None and connection.answer_hours is not None:
        lead = message.lead
        contact_id = lead.contact.id if lead and lead.contact else None
        address = lead.mailbox.address if lead else ""
        id = message.conversation_id or conversations.id_of(
            session, draft.channel, connection.connection_id, contact_id, address
        )
        last_in = _last_in(session, id) if id else None
        if chatting.is_open(connection, last_in, now):
            until = chatting.closes_at(connection, last_in)
        elif draft.approved_template is None:
            reason = chatting.closed(connection, last_in)
            problems.append(Problem(field="approved_template", reason=reason))
    return message.with_window(until, problems, hints)


def _connection(session: Session, id: UUID | None) -> ConnectionChanged | None:
    return next((c for c in settings.connections(session) if c.connection_id == id), None)


def _last_in(session: Session, id: UUID) -> dt.datetime | None:
    """When the other side wrote last, as its network counts: a webhook may come hours later."""
    last = messages.last_news(session, id)
    if last is None:
        return None
    return last.chat.said_at if last.chat and last.chat.said_at else last.at


def _author(row: MessageRow, *, in_group: bool) -> str:
    """Who of a group wrote a message; empty for one of ours, or of a person's chat."""
    if row.direction is Direction.OUT or not in_group:
        return ""
    return next((each.mailbox.address for each in row.parties if each.role == "from"), "")


def _in_group(session: Session, row: MessageRow) -> bool:
    return conversations.view(session, row.conversation_id).kind is ConversationKind.GROUP


def _address(session: Session, row: MessageRow) -> str:
    """The chat that a message stands in: a group's, or the other side's as he was there."""
    role = "from" if row.direction is Direction.IN else "to"
    if _in_group(session, row):
        return conversations.view(session, row.conversation_id).address
    found = next((each.mailbox.address for each in row.parties if each.role == role), None)
    return found or conversations.view(session, row.conversation_id).address
