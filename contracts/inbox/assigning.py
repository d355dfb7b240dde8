"""The responsible user, and telling the administrators (mission D3)."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, call

from .. import rights
from ..common import Line
from .conversations import Conversation


class Assigning(Interface, Protocol):
    """Who is responsible for a conversation, and who else is to know of it."""

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def set_assignee(self, *, id: UUID, user_id: UUID | None, version: int) -> Conversation:
        """Make a user responsible, or nobody; he is told of it, and of each message that comes.

        Invalid `inbox.user_unknown`; Conflict `inbox.user_inactive`; Stale
        `inbox.conversation_changed`.
        """
        ...

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def notify_administrators(self, *, id: UUID, note: Line = "") -> Conversation:
        """Tell all owners and admins of a conversation, with a `note` why.

        The same request again tells them no second time.
        """
        ...
