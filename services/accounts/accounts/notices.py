"""What accounts itself tells a user: that something about the own account changed."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.notifications import Audience, NotificationKind, NotificationRaised
from fairlead.store import new_id


def password_changed(user: UUID) -> NotificationRaised:
    """The password was changed, by whomever."""
    return _security(
        user,
        "Your password was changed",
        "Other sessions were ended. If it was not you, tell an administrator.",
    )


def password_reset(user: UUID) -> NotificationRaised:
    """A new password was set by a link from a mail."""
    return _security(
        user,
        "Your password was set anew",
        "It was done with a link that was mailed to you. If it was not you, tell an administrator.",
    )


def factor_changed(user: UUID, what: str) -> NotificationRaised:
    """The second factor was set up, removed, or its recovery codes were renewed or used."""
    return _security(
        user,
        f"Second factor: {what}",
        "If it was not you, change your password and tell an administrator.",
    )


def _security(user: UUID, title: str, text: str) -> NotificationRaised:
    return NotificationRaised(
        kind=NotificationKind.SECURITY_CHANGED,
        to=Audience(users=[user]),
        title=title,
        text=text,
        dedupe_key=f"security:{new_id()}",
        at=dt.datetime.now(dt.UTC),
    )
