"""Notifications in the profile of a user."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from .. import rights
from ..common import Cursor, Limit, Moment
from ..notifications import NotificationKind, Summary, Target, Title

Choices = Annotated[list["NotificationChoice"], Meta(max_length=100)]


class Notification(Message):
    """Something that one user is to know of."""

    id: UUID
    kind: NotificationKind
    title: Title
    text: Summary
    target: Target | None
    at: datetime
    read_at: datetime | None


class NotificationPage(Message):
    """Notifications, the newest first; `cursor` gives the older ones. `unread` counts all."""

    notifications: list[Notification]
    unread: int
    cursor: str | None


class NotificationChoice(Message):
    """How a user hears of what is of this kind: in the profile, by mail, both or not at all."""

    kind: NotificationKind
    profile: bool
    mail: bool


class Notifications(Interface, Protocol):
    """What the calling user is to know of."""

    @call(rights.OWN_PROFILE)
    def list_notifications(
        self, *, unread: bool = False, cursor: Cursor | None = None, limit: Limit = 50
    ) -> NotificationPage:
        """The user's notifications, or the unread ones alone."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def read_notification(self, *, id: UUID) -> Notification:
        """Mark one as read; again, nothing changes. NotFound `accounts.notification_not_found`."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def read_notifications(self, *, until: Moment | None = None) -> int:
        """Mark all as read, or those up to the moment `until`; returns how many are still unread.

        With the moment of the newest one on the screen, none is marked that came meanwhile.
        """
        ...

    @call(rights.OWN_PROFILE)
    def notification_choices(self) -> list[NotificationChoice]:
        """How the user hears of each kind; the defaults where nothing was chosen."""
        ...

    @call(rights.OWN_PROFILE, mutates=True)
    def choose_notifications(self, *, choices: Choices) -> list[NotificationChoice]:
        """Choose for the kinds given, the others stay; returns all of them.

        Invalid `accounts.invalid` for a kind that stands there twice, and for switching off what
        guards the account.
        """
        ...


@event("notifications.changed", source="accounts")
class NotificationsChanged(Event):
    """The notifications of a user changed: `added` came, or some were read. For that user alone.

    `unread` counts all that are unread now.
    """

    user: UUID
    unread: int
    added: Notification | None = None
