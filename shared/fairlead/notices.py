"""What an employee should know of: said by any service, and brought to them by accounts.

It stands here and not in `contracts`, because jobs say it, too.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from .context import Role
from .contract import Event, Message, event

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Summary = Annotated[str, Meta(max_length=2000)]
DedupeKey = Annotated[str, Meta(min_length=1, max_length=200)]


class NotificationKind(enum.Enum):
    """What a notification is about; each user chooses by kind how to hear of it."""

    MESSAGE_RECEIVED = "message_received"
    MENTIONED = "mentioned"
    ASSIGNED = "assigned"
    ADMINISTRATORS_NOTIFIED = "administrators_notified"  # mission D3: also later, by hand
    ESCALATED = "escalated"  # mission F3: the bell
    TASK_DUE = "task_due"
    DELIVERY_FAILED = "delivery_failed"
    CONNECTION_FAILING = "connection_failing"
    CALENDAR_FAILING = "calendar_failing"  # and that it works again
    CREDITS_LOW = "credits_low"
    JOB_FINISHED = "job_finished"
    PROPOSAL_ANSWERED = "proposal_answered"
    OVERBOOKED = "overbooked"
    REVIEW_RECEIVED = "review_received"
    WEBHOOK_FAILING = "webhook_failing"
    SECURITY_CHANGED = "security_changed"  # of one's own account


class Audience(Message):
    """Who is to know: these users, all users of these roles, the organisation's own address.

    Somebody who is named twice is told once. `but` leaves out who caused it.
    """

    users: Annotated[list[UUID], Meta(max_length=1000)] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    organisation: bool = False
    but: UUID | None = None


class Target(Message):
    """What a notification leads to: an entity, as `conversation`, and its id."""

    entity: Annotated[str, Meta(min_length=1, max_length=40)]
    id: UUID


@event("notification.raised", source="services")
class NotificationRaised(Event):
    """Something happened that employees are to know of.

    `title` and `text` are for people, without markup. The same `dedupe_key` tells one user only
    once, however often it is said; name in it what happened, as `message_received:<message>`.
    """

    kind: NotificationKind
    to: Audience
    title: Title
    dedupe_key: DedupeKey
    at: Annotated[datetime, Meta(tz=True)]
    text: Summary = ""
    target: Target | None = None
