"""The inbox: the only way out, and where every answer lands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from contracts.inbox import Inbox
from fairlead.jobs.doors import JobDoors
from fairlead.jobs.work import Kind
from fairlead.projections.doors import ProjectionDoors, offer, projecting
from fairlead.service import EVERYWHERE, AdminRoutes, Store, loop

from .doors.assigning import Assigning
from .doors.attaching import Attaching
from .doors.attention import Attention
from .doors.channels import Channels
from .doors.chatting import Chatting
from .doors.commenting import Commenting
from .doors.composing import Composing
from .doors.conversations import Conversations
from .doors.drafting import Drafting
from .doors.following_up import FollowingUp
from .doors.groups import Groups
from .doors.history import History
from .doors.labels import Labels
from .doors.learning import Learning
from .doors.mailings import Mailings
from .doors.merging import Merging
from .doors.persons import Persons
from .doors.presence import Presence
from .doors.reading import Reading
from .doors.scheduling import Scheduling
from .doors.searching import Searching
from .doors.sent import SentLog
from .doors.templates import Templates
from .doors.timelines import Timelines
from .read_models import READ_MODELS
from .store import drafts, holds, parked, requests, unread

KEPT = dt.timedelta(days=30)  # requests that may be repeated, updates whose message may yet come

UNREAD_KEPT = dt.timedelta(days=90)


class InboxService(
    Composing,
    Timelines,
    Conversations,
    Attention,
    Assigning,
    Reading,
    Commenting,
    Scheduling,
    Drafting,
    Labels,
    Merging,
    Presence,
    Chatting,
    Groups,
    FollowingUp,
    Templates,
    Attaching,
    History,
    Searching,
    Persons,
    Channels,
    Learning,
    Mailings,
    SentLog,
    JobDoors,
    ProjectionDoors,
):
    """What was said, to whom, about which trip. Its doors are in `doors`."""

    name = "inbox"
    implements = Inbox
    store = Store()
    projector = projecting(READ_MODELS)
    projection_admin = AdminRoutes(offer(READ_MODELS))

    def job_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done in jobs."""
        return {**self.mailing_kinds(), **self.sent_kinds()}

    @loop(every=3600.0)
    def forget(self) -> bool:
        """Forget what can no longer be asked for."""
        now = dt.datetime.now(dt.UTC)
        before = now - KEPT
        with self.store.transaction(EVERYWHERE) as session:
            requests.forget(session, before)
            parked.forget(session, before)
            holds.forget(session, before)
            drafts.forget(session, before)
            unread.forget(session, now - UNREAD_KEPT)
        return False
