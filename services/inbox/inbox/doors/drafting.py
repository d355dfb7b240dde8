"""What users are writing."""

from __future__ import annotations

from uuid import UUID

from contracts.inbox import Draft, DraftPage, SavedDraft
from fairlead.context import current
from fairlead.errors import Conflict, Unauthenticated
from fairlead.service import Store, rpc
from fairlead.store import is_duplicate

from .. import drafting
from ..clock import utc_now
from ..storable import storable
from ..store import drafts


class Drafting:
    """What users are writing."""

    store = Store()
    clock = staticmethod(utc_now)

    @rpc
    def save_draft(
        self, *, id: UUID, version: int, draft: Draft, conversation_id: UUID | None
    ) -> SavedDraft:
        """Keep a draft."""
        try:
            with self.store.transaction() as session:
                return drafting.save(
                    session,
                    _writer(),
                    id=id,
                    version=version,
                    draft=storable(draft),
                    conversation_id=conversation_id,
                    now=self.clock(),
                )
        except Exception as error:
            if is_duplicate(error):  # two windows began at once, or the id is somebody else's
                raise Conflict("inbox.draft_exists", "Read your drafts again") from None
            raise

    @rpc
    def list_drafts(
        self,
        *,
        conversation_id: UUID | None,
        itinerary_id: UUID | None,
        cursor: str | None,
        limit: int,
    ) -> DraftPage:
        """The user's drafts, the latest first."""
        with self.store.reading() as session:
            return drafts.listed(
                session,
                _writer(),
                conversation_id=conversation_id,
                itinerary_id=itinerary_id,
                cursor=cursor,
                limit=limit,
            )

    @rpc
    def get_draft(self, *, id: UUID) -> SavedDraft:
        """One draft."""
        with self.store.reading() as session:
            return drafting.view(session, id, _writer())

    @rpc
    def discard_draft(self, *, id: UUID) -> None:
        """Throw a draft away."""
        with self.store.transaction() as session:
            drafting.discard(session, id, _writer(), self.clock())


def _writer() -> UUID:
    user = current().user
    if user is None:
        raise Unauthenticated("inbox.no_user", "Drafts are a person's own")
    return user
