"""Who else is in a conversation right now."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights


class Doing(enum.Enum):
    """What somebody does in a conversation."""

    VIEWING = "viewing"
    TYPING = "typing"


class Present(Message):
    """A user in a conversation; no longer than `until` unless he says so again."""

    user_id: UUID
    user_name: str
    doing: Doing
    until: datetime


class Presence(Interface, Protocol):
    """Who else is in a conversation right now."""

    @call(rights.READ, mutates=True)
    def set_presence(self, *, id: UUID, doing: Doing | None) -> list[Present]:
        """Say that the caller looks at a conversation, writes in it, or left it with None.

        It holds for 45 seconds, for 15 where he writes, and is to be said again meanwhile. The
        answer are the others. NotFound `inbox.conversation_not_found`.
        """
        ...

    @call(rights.READ)
    def get_presence(self, *, id: UUID) -> list[Present]:
        """Who is in a conversation, the caller among them."""
        ...


@event("presence.changed", source="inbox")
class PresenceChanged(Event):
    """Who is in a conversation, after somebody came, began or stopped to write, or left."""

    conversation_id: UUID
    present: list[Present]
