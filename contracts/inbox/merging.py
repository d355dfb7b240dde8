"""Two conversations with one contact made one, and how a message came to its trip."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from .conversations import Conversation


class LinkChange(Message):
    """A message was put on another trip by hand: from which, to which, by whom, when and why."""

    id: UUID
    message_id: UUID
    at: datetime
    user_id: UUID | None
    user_name: str
    itinerary_ids_before: list[UUID]
    itinerary_ids_after: list[UUID]
    reason: str


class Merging(Interface, Protocol):
    """Two conversations with one contact made one, and taken apart again."""

    @call(rights.ORGANISE_MESSAGES, mutates=True, deadline=20.0)
    def merge_conversation(self, *, id: UUID, into_id: UUID, version: int) -> Conversation:
        """Put all of a conversation into another one of the same contact and channel.

        The answer is that other one. What comes for the first from now on lands there, and the
        first is in no list. Conflict `inbox.not_mergeable`; Stale `inbox.conversation_changed`.
        """
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True, deadline=20.0)
    def unmerge_conversation(self, *, id: UUID) -> Conversation:
        """Take a conversation out again of the one that it was merged into; the answer is it.

        Both are as they were. What came or was done since stays with the conversation in which
        it was seen, but for messages by the address of the one that is taken out.
        Conflict `inbox.not_merged`; Conflict `inbox.merged_further` where the other was itself
        merged since.
        """
        ...

    @call(rights.READ)
    def message_links(self, *, id: UUID) -> list[LinkChange]:
        """How a message came to its trip by hand, the latest first, at most 200 steps.

        NotFound `inbox.message_not_found`.
        """
        ...
