"""Feeds as they are made and changed: each function inside the transaction that it is given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.itineraries import CalendarCounts, CalendarSource, Feed, FeedState
from fairlead.audit import record
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.outbound import Outbound, Refused, Unreached

from .domain import plan
from .finding import expect
from .store import feeds as store
from .store import listings
from .store.feeds import FeedRow, FetchRow

MOST = 500  # feeds of one organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a feed is to be. `url` is encrypted, None to keep the one that it has."""

    name: str
    url: bytes | None
    host: str
    source: CalendarSource
    every_minutes: int
    active: bool


def check_url(client: Outbound, url: str) -> str:
    """The host of an address; Invalid unless it may be asked. Looks it up: in no transaction."""
    try:
        target = client.target(url)
        client.addresses(target)
    except Refused as error:
        raise Invalid.field("itineraries.invalid", "url", error.text) from None
    except Unreached:
        pass  # its name may come to be known; each fetch looks anew
    return target.host


def check_source(session: Session, source: CalendarSource) -> None:
    """Raises Invalid for what is no listing, portal or zone of the organisation."""
    wrong: dict[str, str] = {}
    if source.zone is not None:
        wrong |= {f"source.{field}": why for field, why in plan.zone_problems(source.zone)}
    for name, find in (("listing", listings.listing), ("portal", listings.portal)):
        id = getattr(source, f"{name}_id")
        if id is None:
            continue
        row = find(session, id)
        if row is None or row.archived:
            wrong[f"source.{name}_id"] = f"is no {name}" if row is None else "is archived"
    if wrong:
        raise Invalid.fields("itineraries.invalid", wrong)


def create(session: Session, id: UUID, wanted: Wanted) -> FeedRow:
    """A new feed, due at once, or the one that has the id already."""
    known = store.feed(session, id)
    if known is not None:
        return known
    plan.check_line("name", wanted.name, needed=True)
    check_source(session, wanted.source)
    if len(store.feeds(session)) >= MOST:
        raise Conflict("itineraries.feeds_full", f"There are {MOST} feeds already")
    now = dt.datetime.now(dt.UTC)
    row = FeedRow(id=id, created_at=now)
    _write(row, wanted)
    session.add(row)
    session.flush()
    due = FetchRow(feed_id=id, due_at=now, done_at=None if wanted.active else now)
    due.counts = CalendarCounts()
    session.add(due)
    record(session, "feed.created", entity="feed", id=id, label=row.name, after=_words(row))
    return row


def update(session: Session, id: UUID, version: int, wanted: Wanted) -> FeedRow:
    """The feed as it is to be, due at once where something else is fetched now."""
    row = feed(session, id, lock=True)
    expect(row, version)
    plan.check_line("name", wanted.name, needed=True)
    if wanted.source != row.source:
        check_source(session, wanted.source)
    if wanted.source.portal_id != row.source.portal_id:
        reason = "is part of what its entries are known by; make another feed"
        raise Invalid.field("itineraries.invalid", "source.portal_id", reason)
    before, source, was_active = _words(row), row.source, row.active
    _write(row, wanted)
    fetch = store.fetch(session, id, lock=True)
    now = dt.datetime.now(dt.UTC)
    if wanted.url is not None or wanted.source != source:
        fetch.etag = fetch.last_modified = ""
        fetch.due_at = now
    if wanted.active != was_active:
        fetch.done_at = None if wanted.active else now
        fetch.due_at = now
    after = _words(row) | ({"address": "another"} if wanted.url is not None else {})
    record(
        session, "feed.updated", entity="feed", id=id, label=row.name, before=before, after=after
    )
    session.flush()
    return row


def remove(session: Session, id: UUID) -> None:
    """Fetch it no more."""
    row = feed(session, id, lock=True)
    store.let_go(session, id)
    session.delete(store.fetch(session, id))
    session.flush()
    session.delete(row)
    record(session, "feed.removed", entity="feed", id=id, label=row.name, before=_words(row))


def refresh(session: Session, id: UUID) -> FeedRow:
    """The feed, due now."""
    row = feed(session, id)
    if not row.active:
        raise Conflict("itineraries.feed_off", "The feed is switched off")
    store.fetch(session, id, lock=True).due_at = dt.datetime.now(dt.UTC)
    return row


def feed(session: Session, id: UUID, *, lock: bool = False) -> FeedRow:
    """The feed with this id; NotFound `itineraries.feed_not_found`."""
    row = store.feed(session, id, lock=lock)
    if row is None:
        raise NotFound("itineraries.feed_not_found", "There is no such feed")
    return row


def view(row: FeedRow, fetch: FetchRow) -> Feed:
    """The rows as a contract has them."""
    state = FeedState.FAILING if fetch.last_error else FeedState.WORKING
    if not row.active:
        state = FeedState.OFF
    elif fetch.fetched_at is None and not fetch.last_error:
        state = FeedState.NEW
    return Feed(
        id=row.id,
        name=row.name,
        host=row.host,
        source=row.source,
        every_minutes=row.every_minutes,
        active=row.active,
        state=state,
        error=fetch.last_error or "",
        fetched_at=fetch.fetched_at,
        next_at=fetch.due_at if row.active else None,
        counts=fetch.counts,
        created_at=row.created_at,
        version=row.version,
    )


def _write(row: FeedRow, wanted: Wanted) -> None:
    row.name, row.source = wanted.name.strip(), wanted.source
    row.every_minutes, row.active = wanted.every_minutes, wanted.active
    if wanted.url is not None:
        row.url, row.host = wanted.url, wanted.host


def _words(row: FeedRow) -> dict[str, object]:
    return {
        "name": row.name,
        "host": row.host,
        "source": row.source,
        "every_minutes": row.every_minutes,
        "active": row.active,
    }
