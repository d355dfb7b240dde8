"""Who can mend a feed is told when it fails again and again, and when it works again."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy.orm import Session

from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from contracts.rights import MANAGE_FEEDS
from fairlead.context import Role
from fairlead.service import publish

from .store.feeds import FeedRow, FetchRow

FAILURES: Final = 3  # in a row: a portal may have a bad hour
_TEAM = (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER)


def tell(session: Session, feed: FeedRow, fetch: FetchRow, error: str, now: dt.datetime) -> None:
    """Say so where this fetch, which failed with `error` or went well, is the one that turns it;
    `fetch` is as the last one left it."""
    if error and fetch.failures + 1 == FAILURES:
        since = fetch.fetched_at or feed.created_at
        title = f"The calendar “{feed.name}” cannot be fetched"
        text = f"{error}. What it had is kept, and it is tried again later and later."
        _raise(session, feed, title, text, f"failing:{since.isoformat()}", now)
    elif not error and fetch.failures >= FAILURES:
        title = f"The calendar “{feed.name}” works again"
        _raise(session, feed, title, "", f"working:{now.isoformat()}", now)


def _raise(
    session: Session, feed: FeedRow, title: str, text: str, what: str, now: dt.datetime
) -> None:
    notice = NotificationRaised(
        kind=NotificationKind.CALENDAR_FAILING,
        to=Audience(roles=[role for role in _TEAM if role in MANAGE_FEEDS.roles]),
        title=title[:200],
        text=text[:2000],
        dedupe_key=f"calendar:{feed.id}:{what}",
        at=now,
        target=Target(entity="feed", id=feed.id),
    )
    publish(session, notice)
