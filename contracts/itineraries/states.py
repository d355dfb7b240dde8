"""Where trips and services stand, and how they came there."""

from __future__ import annotations

import datetime as dt
import enum
from uuid import UUID

from fairlead.contract import Message


class ItineraryState(enum.Enum):
    """Where a trip stands, from inquiry to finished.

    One that is confirmed or under way is finished by itself once its last day has ended in its
    zone.
    """

    INQUIRY = "inquiry"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Origin(enum.Enum):
    """How a trip came to be here. What was imported is of before: rules, assistant and figures
    ignore it."""

    ENTERED = "entered"
    IMPORTED = "imported"
    FEED = "feed"


class ServiceState(enum.Enum):
    """What the supplier has said, and in the end that it was done."""

    PLANNED = "planned"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    DONE = "done"
    CANCELLED = "cancelled"


class Step(Message):
    """How a trip came to `after`; `before` is None where it began. Who: a user, or a service."""

    at: dt.datetime
    before: ItineraryState | None
    after: ItineraryState
    user_id: UUID | None
    user_name: str
    reason: str


class ServiceStep(Message):
    """How a service came to `after`; `before` is None where it began."""

    at: dt.datetime
    before: ServiceState | None
    after: ServiceState
    user_id: UUID | None
    user_name: str
    reason: str
