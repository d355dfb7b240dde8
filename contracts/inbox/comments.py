"""Private comments: what the team says among itself in a conversation (mission D4)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit
from ..files import Attachment, FileIds
from .messages import MessageView

CommentText = Annotated[str, Meta(min_length=1, max_length=20_000)]
Mentions = Annotated[list[UUID], Meta(max_length=50)]


class EarlierText(Message):
    """What a comment said until `until`."""

    text: str
    until: datetime


class Comment(Message):
    """What a user wrote for the team alone; nobody outside ever gets it.

    `earlier` is what it said before it was changed, the oldest first. Of one that its author took
    back only that remains: who and when.
    """

    id: UUID
    conversation_id: UUID
    at: datetime
    author_id: UUID | None
    author_name: str
    text: str
    mentions: list[UUID]
    attachments: list[Attachment]
    edited_at: datetime | None
    removed_at: datetime | None
    earlier: list[EarlierText]
    version: int


class CommentPage(Message):
    """Comments, the newest first; `cursor` gives the older ones."""

    comments: list[Comment]
    cursor: str | None


class StreamItem(Message):
    """A message or a comment, the other is missing."""

    message: MessageView | None = None
    comment: Comment | None = None


class StreamPage(Message):
    """Messages and comments together, the newest first; `cursor` gives the older ones."""

    items: list[StreamItem]
    cursor: str | None


class Commenting(Interface, Protocol):
    """What the team says among itself."""

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def add_comment(
        self,
        *,
        conversation_id: UUID,
        text: CommentText,
        mentions: Mentions = [],
        attachments: FileIds = [],
        id: UUID | None = None,
    ) -> Comment:
        """Comment on a conversation; each user who is mentioned is told.

        With an `id` that exists already the call changes nothing and answers that comment.

        Invalid `inbox.comment_invalid` names every user and file that there is not.
        """
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def edit_comment(
        self,
        *,
        id: UUID,
        text: CommentText,
        version: int,
        mentions: Mentions = [],
        attachments: FileIds = [],
    ) -> Comment:
        """Write a comment anew; who is mentioned for the first time is told.

        Only its author may: Forbidden `inbox.not_your_comment`. NotFound
        `inbox.comment_not_found`; Conflict `inbox.comment_removed`; Stale
        `inbox.comment_changed`.
        """
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def remove_comment(self, *, id: UUID, version: int) -> Comment:
        """Take a comment back: its words and files go, that it was there stays."""
        ...

    @call(rights.READ)
    def list_comments(
        self, *, conversation_id: UUID, cursor: Cursor | None = None, limit: Limit = 50
    ) -> CommentPage:
        """The comments on a conversation. NotFound `inbox.conversation_not_found`."""
        ...

    @call(rights.READ)
    def conversation_stream(
        self, *, id: UUID, cursor: Cursor | None = None, limit: Limit = 50
    ) -> StreamPage:
        """The messages of a conversation and the comments between them, the newest first.

        NotFound `inbox.conversation_not_found`.
        """
        ...


@event("comment.changed", source="inbox")
class CommentChanged(Event):
    """A comment was written, changed or taken back. For the team's own screens alone."""

    comment: Comment
