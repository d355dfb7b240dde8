"""What somebody may look for, and what his days mean."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from contracts.inbox import SearchKind, SearchPage
from fairlead.errors import Invalid

from .store import finding, settings
from .store.finding import Search


def search(
    session: Session, kind: SearchKind, wanted: Search, *, cursor: str | None, limit: int
) -> SearchPage:
    """A page of what is found; Invalid where nothing is looked for, or by a filter too many."""
    unknown = finding.unknown_filters(kind, wanted)
    if unknown:
        reasons = dict.fromkeys(unknown, f"does not narrow {kind.value}")
        raise Invalid.fields("inbox.search_filter", reasons)
    if not wanted.words and not wanted.given():
        raise Invalid.field("inbox.search_empty", "q", "must have a word, or give a filter")
    return finding.search(session, kind, wanted, cursor=cursor, limit=limit)


def moments(
    session: Session, since: dt.date | None, until: dt.date | None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When the first of these days begins and the last one has ended, where the organisation is."""
    if since is None and until is None:
        return None, None
    if since is not None and until is not None and until < since:
        raise Invalid.field("inbox.search_days", "until", "is before since")
    organisation = settings.organisation(session)
    zone = ZoneInfo(organisation.settings.zone if organisation else "UTC")
    if until is not None and until == dt.date.max:
        until = None
    return (
        _midnight(since, zone) if since else None,
        _midnight(until + dt.timedelta(days=1), zone) if until else None,
    )


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The beginning of a day. Days at the ends of the calendar have none in every zone."""
    local = dt.datetime.combine(day, dt.time(), zone)
    try:
        return local.astimezone(dt.UTC)
    except OverflowError:
        return local.replace(tzinfo=dt.UTC)
