"""Conversations that are put off until a moment, and come back."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Conversation, ConversationState
from fairlead.context import current
from fairlead.errors import Invalid

from . import attention, changes, telling
from .store import conversations, holding, trail
from .store.conversations import ConversationRow

FURTHEST = dt.timedelta(days=731)


def put_off(
    session: Session, id: UUID, version: int, until: dt.datetime | None, note: str
) -> Conversation:
    """Take a conversation out of the list until a moment, or bring it back."""
    now = dt.datetime.now(dt.UTC)
    if until is not None and not now < until <= now + FURTHEST:
        raise Invalid.field(
            "inbox.follow_up_invalid", "until", "must be in the future, within two years"
        )
    row = holding.expected(session, id, version)
    before = _said(row)
    if until is None:
        conversations.come_back(row)
    else:
        who = current()
        row.put_off_until, row.put_off_by = until, who.user
        row.put_off_name, row.put_off_note = who.user_name, note
    after = _said(row)
    if after == before:
        return conversations.view(session, id)
    trail.note(session, row, "follow_up", before, after)
    return changes.tell(session, "follow_up", id)


def come_back(session: Session, id: UUID, now: dt.datetime) -> None:
    """Bring a conversation back whose moment has come, unless another process did."""
    row = holding.locked(session, id)
    if row.put_off_until is None or row.put_off_until > now:
        return
    before = _said(row)
    telling.follow_up_due(session, row)
    conversations.come_back(row)
    row.archived = False
    trail.note(session, row, "follow_up_due", before, {})
    if attention.mark(session, row, ConversationState.ATTENTIVE) is None:
        session.flush()
    changes.tell(session, "follow_up_due", id)


def _said(row: ConversationRow) -> dict[str, str]:
    if row.put_off_until is None:
        return {}
    return {"until": row.put_off_until.isoformat(), "note": row.put_off_note or ""}
