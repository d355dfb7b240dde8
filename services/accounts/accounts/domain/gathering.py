"""When the mail leaves that tells somebody what happened, and what it says.

A burst of messages must not be a burst of mails: what comes within a minute goes out in one, and
the next mail leaves ten minutes later at the earliest. Only what guards an account does not wait.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.notifications import NotificationKind

from .letters import Letter, Link, Paragraph, compose

FIRST = dt.timedelta(minutes=1)
APART = dt.timedelta(minutes=10)
MOST = 30  # that a mail tells one by one
URGENT = frozenset({NotificationKind.SECURITY_CHANGED})


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a mail tells of."""

    title: str
    text: str
    entity: str | None = None
    entity_id: UUID | None = None


def due(
    now: dt.datetime, mailed_at: dt.datetime | None, waiting: dt.datetime | None, *, urgent: bool
) -> dt.datetime:
    """When the mail leaves that tells of something that came `now`.

    `mailed_at` is when the last one left, `waiting` when the next one is to leave already.
    """
    if urgent:
        return now
    wanted = now + FIRST if mailed_at is None else max(now + FIRST, mailed_at + APART)
    return wanted if waiting is None else min(wanted, waiting)


def letter(items: Sequence[Item], public_url: str) -> Letter:
    """The mail that tells of `items`, of which there is at least one, the oldest first."""
    first = items[0]
    subject = first.title if len(items) == 1 else f"{len(items)} notifications: {first.title}"
    told = [_paragraph(item, public_url) for item in items[:MOST]]
    if len(items) > MOST:
        told.append(Paragraph(f"And {len(items) - MOST} more: sign in to see them."))
    return compose(subject, told)


def _paragraph(item: Item, public_url: str) -> Paragraph:
    link = None
    if item.entity is not None and item.entity_id is not None:
        link = Link("Open", f"{public_url}/#/{item.entity}/{item.entity_id}")
    return Paragraph(item.text, heading=item.title, link=link)
