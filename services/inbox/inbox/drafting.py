"""What a user is writing: kept until it is sent, and given back when that is undone."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Draft, DraftChanged, SavedDraft
from fairlead.bus import publish
from fairlead.errors import Conflict, NotFound, Stale

from .domain.attaching import file_ids
from .store import conversations, drafts, file_uses
from .store.drafts import DraftRow

MOST = 500  # drafts of one user


def save(
    session: Session,
    user_id: UUID,
    *,
    id: UUID,
    version: int,
    draft: Draft,
    conversation_id: UUID | None,
    now: dt.datetime,
) -> SavedDraft:
    """Keep a draft as it is now."""
    row = drafts.locked(session, id, user_id)
    if row is None and version:
        raise not_found()
    if row is not None and row.ended_at is not None:
        raise Conflict("inbox.draft_sent", "The draft was sent or discarded meanwhile")
    if row is not None and row.version != version:
        raise Stale("inbox.draft_changed", "The draft was saved in another window meanwhile")
    if conversation_id is not None:
        conversations.need(session, conversation_id)
        _expect_free(session, user_id, conversation_id, id)
    if row is None:
        if drafts.count(session, user_id) >= MOST:
            raise Conflict("inbox.too_many_drafts", f"You have {MOST} drafts already")
        row = DraftRow(id=id, user_id=user_id, version=0)
        session.add(row)
    row.conversation_id, row.ended_at = conversation_id, None
    return _write(session, row, draft, now, ended=False)


def view(session: Session, id: UUID, user_id: UUID) -> SavedDraft:
    """A user's draft; raises NotFound."""
    row = drafts.get(session, id, user_id)
    if row is None:
        raise not_found()
    return drafts.view_of(row)


def discard(session: Session, id: UUID, user_id: UUID, now: dt.datetime) -> None:
    """Throw a draft away; raises NotFound for one that the user never had."""
    row = drafts.locked(session, id, user_id)
    if row is None:
        raise not_found()
    _end(session, row, now)


def sent(session: Session, draft: Draft, user_id: UUID | None, now: dt.datetime) -> None:
    """What was a saved draft is on its way: it is none any more."""
    if draft.saved_as is None or user_id is None:
        return
    row = drafts.locked(session, draft.saved_as, user_id)
    if row is not None:
        _end(session, row, now)


def give_back(session: Session, draft: Draft, user_id: UUID | None, now: dt.datetime) -> None:
    """What was a saved draft will not leave: its author has it again, unless he has begun
    another one in that conversation."""
    if draft.saved_as is None or user_id is None:
        return
    row = drafts.locked(session, draft.saved_as, user_id)
    if row is None or row.ended_at is None:
        return
    conversation_id = row.conversation_id
    if conversation_id is not None and drafts.of_conversation(session, user_id, conversation_id):
        row.conversation_id = None
    row.ended_at = None
    _write(session, row, draft, now, ended=False)


def not_found() -> NotFound:
    """The error for a draft that the user has not."""
    return NotFound("inbox.draft_not_found", "You have no such draft")


def _expect_free(session: Session, user_id: UUID, conversation_id: UUID, id: UUID) -> None:
    other = drafts.of_conversation(session, user_id, conversation_id)
    if other is not None and other.id != id:
        raise Conflict(
            "inbox.draft_exists", "You have begun an answer here already", id=str(other.id)
        )


def _end(session: Session, row: DraftRow, now: dt.datetime) -> None:
    if row.ended_at is None:
        row.ended_at = now
        _write(session, row, Draft(), now, ended=True)


def _write(
    session: Session, row: DraftRow, draft: Draft, now: dt.datetime, *, ended: bool
) -> SavedDraft:
    row.draft, row.itinerary_id, row.saved_at = draft, draft.itinerary_id, now
    row.version += 1
    session.flush()
    file_uses.put(session, file_uses.User.DRAFT, row.id, file_ids(draft))
    saved = drafts.view_of(row)
    publish(session, DraftChanged(user_id=row.user_id, saved=saved, ended=ended))
    return saved
