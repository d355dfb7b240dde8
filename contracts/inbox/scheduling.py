"""Messages that leave later: planned, changed, withdrawn, and taken back (mission A7)."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..channels import Mailbox
from ..common import Channel, Cursor, Limit, Name
from .composing import Draft, Problem
from .messages import AuthorKind
from .moments import SendAt


class ScheduleState(enum.Enum):
    """Where a scheduled message stands. The last two are for good."""

    WAITING = "waiting"  # it leaves by itself at its moment
    HELD = "held"  # its moment came and something is in the way; a person decides
    LEFT = "left"
    WITHDRAWN = "withdrawn"


class ScheduleStep(Message):
    """Something that was done to a scheduled message: what, when, by whom, and why.

    `by` is a person's name, or empty for a rule, which says its `reason`. `leaves_at` is the
    moment as it was afterwards.
    """

    what: str
    at: datetime
    by: str
    by_id: UUID | None
    reason: str
    leaves_at: datetime


class ScheduledMessage(Message):
    """A message that has not left yet, or what became of it.

    Its `id` is that of the message once it has left: of the first one where `draft` makes several,
    which are all in `message_ids`. `leaves_at` is the moment in UTC, `zone` the one to show it in.
    `undo` marks one that only waits for some seconds so that it can be taken back. `problems` are
    what keeps a held one; `reason` says why it is held or withdrawn, or waits for quiet hours to
    end, in a sentence.
    """

    id: UUID
    state: ScheduleState
    draft: Draft
    leaves_at: datetime
    zone: str
    undo: bool
    author_kind: AuthorKind
    author_id: UUID | None
    author_name: str
    to: list[Mailbox]
    contact_ids: list[UUID]
    itinerary_ids: list[UUID]
    subject: str
    preview: str
    problems: list[Problem]
    reason: str
    message_ids: list[UUID]
    history: list[ScheduleStep]
    version: int


class ScheduledPage(Message):
    """Scheduled messages, the next to leave first; `cursor` gives the later ones."""

    scheduled: list[ScheduledMessage]
    cursor: str | None


class Scheduling(Interface, Protocol):
    """Messages that leave later."""

    @call(rights.SEND_MESSAGES, mutates=True)
    def schedule(self, *, draft: Draft, request_id: Name) -> ScheduledMessage:
        """Let `draft` leave at its `send_at`; without one, after the seconds that undo has.

        Invalid names every field that stands in the way, as `send` does; what is only known later
        is looked at again then. The same `request_id` again answers with what the first time made;
        with another draft it is Conflict `inbox.request_reused`. Conflict
        `inbox.too_many_scheduled` beyond some thousands.
        """
        ...

    @call(rights.READ)
    def list_scheduled(
        self,
        *,
        state: ScheduleState | None = None,
        itinerary_id: UUID | None = None,
        contact_id: UUID | None = None,
        conversation_id: UUID | None = None,
        author_id: UUID | None = None,
        channel: Channel | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> ScheduledPage:
        """Messages that have not left, the next first; those in another `state` if that is asked.

        NotFound `inbox.conversation_not_found`.
        """
        ...

    @call(rights.READ)
    def get_scheduled(self, *, id: UUID) -> ScheduledMessage:
        """One scheduled message, also once it has left. NotFound `inbox.message_not_found`."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def change_scheduled(
        self,
        *,
        id: UUID,
        version: int,
        draft: Draft | None = None,
        send_at: SendAt | None = None,
    ) -> ScheduledMessage:
        """Change what it says, or with `send_at` only when it leaves; a held one waits again.

        Stale `inbox.schedule_changed`; Conflict `inbox.message_left` or
        `inbox.message_withdrawn` when it was too late.
        """
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def send_scheduled(self, *, id: UUID, version: int) -> ScheduledMessage:
        """Let it leave now. Errors as of `change_scheduled`."""
        ...

    @call(rights.SEND_MESSAGES, mutates=True)
    def withdraw_scheduled(
        self,
        *,
        id: UUID,
        version: int,
        reason: Annotated[str, Meta(max_length=500)] = "",
    ) -> ScheduledMessage:
        """Keep it from leaving; its `draft` can be sent anew. Errors as of `change_scheduled`."""
        ...


@event("schedule.changed", source="inbox")
class ScheduleChanged(Event):
    """A scheduled message after a change.

    `change` says what happened: scheduled, edited, moved, held, left, withdrawn.
    """

    change: str
    scheduled: ScheduledMessage
