"""Notifications: what services raise is brought to the users who are to know of it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from contracts.accounts import (
    Notification,
    NotificationChoice,
    NotificationPage,
    NotificationsChanged,
)
from contracts.notifications import NotificationRaised
from fairlead.context import current
from fairlead.errors import NotFound
from fairlead.service import Config, Store, loop, on, publish, rpc

from .. import staff
from ..domain.audience import Member, listeners
from ..domain.choosing import check, whole
from ..domain.gathering import URGENT
from ..mailing import mail_one
from ..settings import AccountsSettings
from ..store import mailing, notifications, people
from ..views import notification_of
from .caller import caller

log = structlog.get_logger(__name__)


class Notifying:
    """What users are to know of."""

    store = Store()
    config = Config(AccountsSettings)

    @on(NotificationRaised)
    def notify(self, event: NotificationRaised) -> None:
        """Tell each user whom it is for."""
        if current().organisation is None:
            log.warning("raised for no organisation", kind=event.kind.value)
            return
        with self.store.once() as session:
            team = [Member(row.id, row.role, row.active) for row in people.users(session)]
            for user in listeners(event.to, team):
                _tell(session, user, event)
            if event.to.organisation:
                _mail(session, current().need_organisation(), event)

    @loop(every=5.0)
    def mail_notifications(self) -> bool:
        """Post a mail that is due."""
        return mail_one(self.store, self.config.address)

    @rpc
    def list_notifications(
        self, *, unread: bool, cursor: str | None, limit: int
    ) -> NotificationPage:
        """The user's notifications."""
        user = caller()
        with self.store.reading() as session:
            found = notifications.listing(session, user, unread=unread, cursor=cursor, limit=limit)
            return NotificationPage(
                notifications=[notification_of(row) for row in found.items],
                unread=notifications.unread(session, user),
                cursor=found.next,
            )

    @rpc
    def read_notification(self, *, id: UUID) -> Notification:
        """Mark one as read."""
        user = caller()
        with self.store.transaction() as session:
            row = notifications.get(session, user, id)
            if row is None:
                raise NotFound("accounts.notification_not_found", "You have no such notification")
            if row.read_at is None:
                row.read_at = dt.datetime.now(dt.UTC)
                session.flush()
                _announce(session, user)
            return notification_of(row)

    @rpc
    def read_notifications(self, *, until: dt.datetime | None) -> int:
        """Mark all as read."""
        user = caller()
        with self.store.transaction() as session:
            if notifications.read_until(session, user, until, dt.datetime.now(dt.UTC)):
                _announce(session, user)
            return notifications.unread(session, user)

    @rpc
    def notification_choices(self) -> list[NotificationChoice]:
        """How the user hears of each kind."""
        with self.store.reading() as session:
            return list(whole(mailing.choices(session, caller())).values())

    @rpc
    def choose_notifications(
        self, *, choices: list[NotificationChoice]
    ) -> list[NotificationChoice]:
        """Choose for the kinds given."""
        check(choices)
        user = caller()
        with self.store.transaction() as session:
            staff.get(session, user, lock=True)
            known = {each.kind: each for each in (*mailing.choices(session, user), *choices)}
            mailing.set_choices(session, user, list(known.values()))
            return list(whole(known.values()).values())


def _tell(session: Session, user: UUID, event: NotificationRaised) -> None:
    """Tell one user, in the ways the user chose."""
    choice = whole(mailing.choices(session, user))[event.kind]
    row = notifications.add(session, user, event) if choice.profile else None
    if row is not None:
        _announce(session, user, notification_of(row))
    if choice.mail:
        _mail(session, user, event, row.id if row else None)


def _mail(
    session: Session, recipient: UUID, event: NotificationRaised, notification: UUID | None = None
) -> None:
    mailing.add(
        session,
        recipient,
        event,
        dt.datetime.now(dt.UTC),
        notification_id=notification,
        urgent=event.kind in URGENT,
    )


def _announce(session: Session, user: UUID, added: Notification | None = None) -> None:
    """Tell the user's open windows."""
    count = notifications.unread(session, user)
    publish(session, NotificationsChanged(user=user, unread=count, added=added))
