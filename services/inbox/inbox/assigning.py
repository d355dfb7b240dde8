"""The responsible user of a conversation, and telling the administrators (mission D3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Assignment, Conversation
from fairlead.context import current
from fairlead.errors import Conflict, Invalid

from . import changes, telling
from .store import conversations, holding, settings, trail
from .store.conversations import ConversationRow


def wanted(assignment: Assignment | None, assignee_id: UUID | None) -> UUID | None:
    """Whose conversations are asked for. Raises Invalid for what no conversation can be, and for
    "mine" of who is no user."""
    if assignment is None:
        return assignee_id
    if assignee_id is not None:
        reason = "says who, and cannot stand beside assignment"
        raise Invalid.field("inbox.filter_invalid", "assignee_id", reason)
    if assignment is not Assignment.MINE:
        return None
    user = current().user
    if user is None:
        raise Invalid.field("inbox.filter_invalid", "assignment", "is no user's who asks")
    return user


def assigned(assignment: Assignment | None) -> bool | None:
    """Whether conversations with a responsible user are asked for, or those without."""
    others = {Assignment.NOBODY: False, Assignment.SOMEBODY: True}
    return None if assignment is None else others.get(assignment)


def set_assignee(session: Session, id: UUID, version: int, user_id: UUID | None) -> Conversation:
    """Make a user responsible, or nobody."""
    row = holding.expected(session, id, version)
    check(session, user_id)
    return assign(session, row, user_id) or conversations.view(session, id)


def check(session: Session, user_id: UUID | None, field: str = "user_id") -> None:
    """Raise unless this user can be responsible."""
    if user_id is None:
        return
    user = settings.user(session, user_id)
    if user is None:
        raise Invalid.field("inbox.user_unknown", field, "there is no such user")
    if not user.active:
        raise Conflict("inbox.user_inactive", f"{user.name} does not work here any more")


def assign(session: Session, row: ConversationRow, user_id: UUID | None) -> Conversation | None:
    """Make a user who was checked responsible; None where he is that already."""
    before = row.assignee_id
    if before == user_id:
        return None
    row.assignee_id = user_id
    trail.note(session, row, "assigned", _named(before), _named(user_id))
    if user_id is not None:
        telling.assigned(session, row, user_id)
    return changes.tell(session, "assigned", row.id)


def notify_administrators(session: Session, id: UUID, note: str) -> Conversation:
    """Tell all owners and admins of a conversation."""
    row = holding.locked(session, id)
    trail.note(session, row, "administrators_notified", {}, {"note": note})
    telling.administrators(session, row, note)
    return changes.tell(session, "administrators_notified", row.id)


def _named(user_id: UUID | None) -> dict[str, str]:
    return {"assignee_id": str(user_id)} if user_id else {}
