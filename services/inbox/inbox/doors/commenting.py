"""What the team says among itself."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Comment, CommentPage, StreamPage
from fairlead.service import Store, rpc

from .. import commenting
from ..storable import storable_text
from ..store import comments, conversations


class Commenting:
    """What the team says among itself."""

    store = Store()

    @rpc
    def add_comment(
        self,
        *,
        conversation_id: UUID,
        text: str,
        mentions: list[UUID],
        attachments: list[UUID],
        id: UUID | None,
    ) -> Comment:
        """Comment on a conversation."""
        with self.store.transaction() as session:
            return commenting.add(
                session, conversation_id, storable_text(text), mentions, attachments, id
            )

    @rpc
    def edit_comment(
        self,
        *,
        id: UUID,
        text: str,
        version: int,
        mentions: list[UUID],
        attachments: list[UUID],
    ) -> Comment:
        """Write a comment anew."""
        with self.store.transaction() as session:
            return commenting.edit(session, id, version, storable_text(text), mentions, attachments)

    @rpc
    def remove_comment(self, *, id: UUID, version: int) -> Comment:
        """Take a comment back."""
        with self.store.transaction() as session:
            return commenting.remove(session, id, version)

    @rpc
    def list_comments(
        self, *, conversation_id: UUID, cursor: str | None, limit: int
    ) -> CommentPage:
        """The comments on a conversation, the newest first."""
        with self.store.reading() as session:
            found = comments.of(session, conversation_id, cursor=cursor, limit=limit)
            if not found.comments:
                conversations.view(session, conversation_id)
            return found

    @rpc
    def conversation_stream(self, *, id: UUID, cursor: str | None, limit: int) -> StreamPage:
        """Messages and comments together, the newest first."""
        with self.store.reading() as session:
            found = comments.stream(session, id, cursor=cursor, limit=limit)
            if not found.items:
                conversations.view(session, id)
            return found
