"""Putting a conversation off until a moment."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, call

from .. import rights
from ..common import Line, Moment
from .conversations import Conversation


class FollowingUp(Interface, Protocol):
    """Putting a conversation off until a moment."""

    @call(rights.ORGANISE_MESSAGES, mutates=True)
    def set_follow_up(
        self, *, id: UUID, until: Moment | None, version: int, note: Line = ""
    ) -> Conversation:
        """Take a conversation out of the list until a moment, with a `note` for then, or bring it
        back with None.

        It comes back by itself, attentive and out of the archive, and who put it off and the
        responsible user are told; a new message from the other side brings it back before. Invalid
        `inbox.follow_up_invalid` for a moment that is past or further off than two years; Stale
        `inbox.conversation_changed`.
        """
        ...
