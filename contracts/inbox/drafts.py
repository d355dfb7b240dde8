"""Messages that are being written: kept for their author until they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit
from .composing import Draft


class SavedDraft(Message):
    """A draft as its author left it; it may still lack anything. Nobody else sees it."""

    id: UUID
    conversation_id: UUID | None
    itinerary_id: UUID | None
    draft: Draft
    saved_at: datetime
    version: int


class DraftPage(Message):
    """Drafts, the latest first; `cursor` gives the earlier ones."""

    drafts: list[SavedDraft]
    cursor: str | None


class Drafts(Interface, Protocol):
    """The calling user's own drafts."""

    @call(rights.OWN_DRAFTS, mutates=True)
    def save_draft(
        self,
        *,
        id: UUID,
        version: Annotated[int, Meta(ge=0)],
        draft: Draft,
        conversation_id: UUID | None = None,
    ) -> SavedDraft:
        """Keep `draft` under an id of the writer's choice; version 0 makes it.

        Stale `inbox.draft_changed` where it was saved elsewhere since; Conflict
        `inbox.draft_sent` once it was sent or discarded, and `inbox.draft_exists`, with the `id`,
        where the conversation has another one of the user. Conflict `inbox.too_many_drafts`.
        """
        ...

    @call(rights.OWN_DRAFTS)
    def list_drafts(
        self,
        *,
        conversation_id: UUID | None = None,
        itinerary_id: UUID | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> DraftPage:
        """The user's drafts, the latest first."""
        ...

    @call(rights.OWN_DRAFTS)
    def get_draft(self, *, id: UUID) -> SavedDraft:
        """One draft. NotFound `inbox.draft_not_found`, also for somebody else's."""
        ...

    @call(rights.OWN_DRAFTS, mutates=True)
    def discard_draft(self, *, id: UUID) -> None:
        """Throw a draft away; one that is gone already is no error of the user's who had it."""
        ...


@event("draft.changed", source="inbox")
class DraftChanged(Event):
    """A user's draft was saved, or has `ended`: it was sent or discarded."""

    user_id: UUID
    saved: SavedDraft
    ended: bool
