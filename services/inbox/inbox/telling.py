"""Whom of the team something that happened in a conversation is told (mission D3).

accounts brings it to each user as he chose: in the profile, by mail.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Comment, Direction
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.bus import publish
from fairlead.context import Role, current
from fairlead.store import new_id

from .domain import content
from .domain.turns import Side
from .store.conversations import ConversationRow
from .store.messages import MessageRow
from .store.scheduled import ScheduledRow

ADMINISTRATORS = [Role.OWNER, Role.ADMIN]


def message_received(session: Session, conversation: ConversationRow, message: MessageRow) -> None:
    """A person wrote: to the responsible user and the organisation's address.

    What a machine wrote and what was imported tells nobody.
    """
    if message.side is not Side.THEIRS:
        return
    responsible = [conversation.assignee_id] if conversation.assignee_id else []
    _tell(
        session,
        NotificationKind.MESSAGE_RECEIVED,
        Audience(users=responsible, organisation=True),
        conversation,
        f"{_name(conversation)}: {message.subject}" if message.subject else _name(conversation),
        message.gist,
        f"message_received:{message.id}",
    )


def assigned(session: Session, conversation: ConversationRow, user_id: UUID) -> None:
    """Somebody else made a user responsible."""
    by = current().user_name or "The system"
    _tell(
        session,
        NotificationKind.ASSIGNED,
        Audience(users=[user_id], but=current().user),
        conversation,
        f"{by} made you responsible for {_name(conversation)}",
        conversation.preview,
        f"assigned:{conversation.id}:{_request()}",
    )


def administrators(
    session: Session, conversation: ConversationRow, note: str, message: MessageRow | None = None
) -> None:
    """Somebody wants owners and admins to know of a conversation, or of a message of ours."""
    by = current().user_name or "The system"
    wrote = message is not None and message.direction is Direction.OUT
    what = "wrote to" if wrote else "points you to"
    _tell(
        session,
        NotificationKind.ADMINISTRATORS_NOTIFIED,
        Audience(roles=ADMINISTRATORS, but=current().user),
        conversation,
        f"{by} {what} {_name(conversation)}",
        note or (message.gist if message else conversation.preview),
        f"administrators:{message.id if message else f'{conversation.id}:{_request()}'}",
    )


def mentioned(session: Session, conversation: ConversationRow, comment: Comment) -> None:
    """Somebody mentions users in a comment; each is told once of one comment."""
    _tell(
        session,
        NotificationKind.MENTIONED,
        Audience(users=comment.mentions, but=current().user),
        conversation,
        f"{comment.author_name or 'The system'} mentions you at {_name(conversation)}",
        content.preview(comment.text),
        f"mentioned:{comment.id}",
    )


def held(session: Session, scheduled: ScheduledRow) -> None:
    """A message did not leave at its moment, or lost it: to its author, else to administrators."""
    by = scheduled.author_id
    to = ", ".join(each.name or each.address for each in scheduled.to) or "somebody"
    publish(
        session,
        NotificationRaised(
            kind=NotificationKind.DELIVERY_FAILED,
            to=Audience(users=[by]) if by else Audience(roles=ADMINISTRATORS),
            title=content.one_line(f"The message to {to} waits for you")[:200],
            text=scheduled.reason[:2000],
            target=Target(entity="message", id=scheduled.id),
            dedupe_key=f"message_held:{scheduled.id}:{scheduled.version}",
            at=dt.datetime.now(dt.UTC),
        ),
    )


def follow_up_due(session: Session, conversation: ConversationRow) -> None:
    """A conversation that was put off comes back."""
    whom = dict.fromkeys(filter(None, (conversation.put_off_by, conversation.assignee_id)))
    if whom and conversation.put_off_until is not None:
        _tell(
            session,
            NotificationKind.TASK_DUE,
            Audience(users=list(whom)),
            conversation,
            f"Follow up with {_name(conversation)}",
            conversation.put_off_note or conversation.preview,
            f"follow_up:{conversation.id}:{conversation.put_off_until.isoformat()}",
        )


def _tell(
    session: Session,
    kind: NotificationKind,
    to: Audience,
    conversation: ConversationRow,
    title: str,
    text: str,
    key: str,
) -> None:
    publish(
        session,
        NotificationRaised(
            kind=kind,
            to=to,
            title=content.one_line(title)[:200] or "A conversation",
            text=text,
            target=Target(entity="conversation", id=conversation.id),
            dedupe_key=key[:200],
            at=dt.datetime.now(dt.UTC),
        ),
    )


def _name(conversation: ConversationRow) -> str:
    return conversation.contact_name or conversation.address or "somebody"


def _request() -> str:
    """What a repeated request has in common with the first."""
    return current().request or str(new_id())
