"""Private comments: written, changed and taken back by their author (mission D4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.files import attachment_of
from contracts.inbox import Attachment, Comment, CommentChanged
from contracts.inbox.comments import EarlierText
from fairlead.bus import publish
from fairlead.context import current
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from fairlead.store import new_id

from . import changes, telling
from .store import comments, file_uses, files, holding, settings, trail
from .store.comments import CommentRow
from .store.conversations import ConversationRow

EARLIER_KEPT = 50  # texts; who changes a comment so often loses the oldest


def add(
    session: Session,
    conversation_id: UUID,
    text: str,
    mentions: Sequence[UUID],
    attachments: Sequence[UUID],
    id: UUID | None,
) -> Comment:
    """Comment on a conversation; one that has the id already stays as it is."""
    conversation = holding.locked(session, conversation_id)
    known = None if id is None else comments.locked(session, id)
    if known is not None:
        if known.conversation_id != conversation_id:
            raise Conflict("inbox.comment_elsewhere", "Another conversation has this comment")
        return comments.view_of(known)
    who = current()
    row = CommentRow(
        id=id or new_id(),
        conversation_id=conversation_id,
        at=dt.datetime.now(dt.UTC),
        author_id=who.user,
        author_name=(who.user_name or "")[:200],
        earlier=[],
    )
    _write(session, row, text, mentions, attachments)
    session.add(row)
    return _said(session, conversation, row, "commented")


def edit(
    session: Session,
    id: UUID,
    version: int,
    text: str,
    mentions: Sequence[UUID],
    attachments: Sequence[UUID],
) -> Comment:
    """Write a comment anew."""
    file_uses.hold(session, attachments)
    row = _own(session, id, version)
    conversation = holding.locked(session, row.conversation_id)
    now = dt.datetime.now(dt.UTC)
    if text != row.text:
        row.earlier = [*row.earlier, EarlierText(text=row.text, until=now)][-EARLIER_KEPT:]
    row.edited_at = now
    _write(session, row, text, mentions, attachments)
    return _said(session, conversation, row, "comment_edited")


def remove(session: Session, id: UUID, version: int) -> Comment:
    """Take a comment back."""
    row = _own(session, id, version)
    conversation = holding.locked(session, row.conversation_id)
    row.removed_at = dt.datetime.now(dt.UTC)
    row.text, row.mentions, row.attachments, row.earlier = "", [], [], []
    file_uses.put(session, file_uses.User.COMMENT, row.id, [])
    return _said(session, conversation, row, "comment_removed")


def file_checked(session: Session, id: UUID, file: Attachment) -> None:
    """More is known of a file of a comment. It is the same version of what its author wrote."""
    row = comments.locked(session, id)
    if row is None or all(each.id != file.id for each in row.attachments):
        return
    shown = [file if each.id == file.id else each for each in row.attachments]
    comments.show(session, row, shown)
    publish(session, CommentChanged(comment=comments.view_of(row)))


def _own(session: Session, id: UUID, version: int) -> CommentRow:
    row = comments.locked(session, id)
    if row is None:
        raise NotFound("inbox.comment_not_found", "There is no such comment")
    if row.author_id != current().user:
        raise Forbidden("inbox.not_your_comment", "Only who wrote a comment may change it")
    if row.removed_at is not None:
        raise Conflict("inbox.comment_removed", "The comment was taken back")
    if row.version != version:
        raise Stale("inbox.comment_changed", "The comment was changed meanwhile")
    return row


def _write(
    session: Session,
    row: CommentRow,
    text: str,
    mentions: Sequence[UUID],
    attachments: Sequence[UUID],
) -> None:
    known = files.by_id(session, attachments)
    users = set(settings.active_users(session)) if mentions else set()
    wrong = {
        f"mentions[{n}]": "there is no such user who works here"
        for n, user in enumerate(mentions)
        if user not in users
    } | {
        f"attachments[{n}]": "there is no such file"
        for n, file in enumerate(attachments)
        if file not in known
    }
    if not text.strip():
        wrong["text"] = "must say something"
    if wrong:
        raise Invalid.fields("inbox.comment_invalid", wrong)
    row.text = text
    row.mentions = list(dict.fromkeys(mentions))
    file_uses.put(session, file_uses.User.COMMENT, row.id, attachments)
    row.attachments = [attachment_of(known[file]) for file in dict.fromkeys(attachments)]


def _said(session: Session, conversation: ConversationRow, row: CommentRow, change: str) -> Comment:
    session.flush()
    comment = comments.view_of(row)
    if comment.mentions:
        telling.mentioned(session, conversation, comment)
    # Not its words: the audit log and whoever hears of conversations have no use for them.
    trail.note(session, conversation, change, {}, {"comment_id": str(row.id)})
    publish(session, CommentChanged(comment=comment))
    changes.tell(session, change, conversation.id)
    return comment
