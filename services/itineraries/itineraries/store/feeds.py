"""Calendars that are fetched, and the entries of calendars that are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.itineraries import CalendarCounts, CalendarSource, EntryKind
from fairlead.store import (
    Claimable,
    Json,
    Order,
    Page,
    Scoped,
    Versioned,
    claim,
    due_index,
    page,
    word,
)

from .schema import Base

LEASE_SECONDS = 180.0


class FeedRow(Scoped, Versioned, Base):
    """A feed as a person wants it. Its address is encrypted: who has it reads the calendar."""

    __tablename__ = "feeds"

    id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[bytes] = mapped_column(LargeBinary)
    host: Mapped[str] = mapped_column(String(253))
    source: Mapped[CalendarSource] = mapped_column(Json(CalendarSource))
    every_minutes: Mapped[int]
    active: Mapped[bool]
    created_at: Mapped[dt.datetime]

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)


class FetchRow(Claimable, Scoped, Base):
    """How a feed is fetched: apart from it, as each claim writes here."""

    __tablename__ = "feed_fetches"

    feed_id: Mapped[UUID]
    etag: Mapped[str] = mapped_column(String(500), default="")
    last_modified: Mapped[str] = mapped_column(String(100), default="")
    fetched_at: Mapped[dt.datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    counts: Mapped[CalendarCounts] = mapped_column(Json(CalendarCounts))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "feed_id"),
        ForeignKeyConstraint(
            ["organisation_id", "feed_id"],
            ["feeds.organisation_id", "feeds.id"],
            ondelete="CASCADE",
        ),
        due_index("feed_fetches"),
    )


class EntryRow(Scoped, Base):
    """An entry of a calendar, by the portal and its UID, and what became of it.

    `trip_version` is that of the trip as the calendar left it: another one says that somebody
    changed it since. `misses` counts the fetches that had it no more.
    """

    __tablename__ = "calendar_entries"

    source: Mapped[str] = mapped_column(String(36))  # the portal's id, or nothing
    uid: Mapped[str] = mapped_column(String(255))
    feed_id: Mapped[UUID | None]
    kind: Mapped[EntryKind] = mapped_column(word(EntryKind))
    start: Mapped[dt.date | None]
    end: Mapped[dt.date | None]
    sequence: Mapped[int]
    modified: Mapped[dt.datetime | None]
    print: Mapped[str] = mapped_column(String(64))
    itinerary_id: Mapped[UUID | None]
    trip_version: Mapped[int | None]
    misses: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(200), default="")
    seen_at: Mapped[dt.datetime]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "source", "uid"),
        Index(None, "organisation_id", "feed_id", "uid"),
    )


ORDER = Order(EntryRow.uid, EntryRow.source)


def feeds(session: Session) -> list[tuple[FeedRow, FetchRow]]:
    """All feeds by name, each with how it is fetched."""
    query = select(FeedRow, FetchRow).join(FetchRow, FetchRow.feed_id == FeedRow.id)
    return [(feed, fetch) for feed, fetch in session.execute(query.order_by(FeedRow.name))]


def feed(session: Session, id: UUID, *, lock: bool = False) -> FeedRow | None:
    """The feed with this id; `lock` keeps it from others until the transaction ends."""
    query = select(FeedRow).where(FeedRow.id == id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def fetch(session: Session, feed_id: UUID, *, lock: bool = False) -> FetchRow:
    """How a feed is fetched."""
    query = select(FetchRow).where(FetchRow.feed_id == feed_id)
    return session.scalars(query.with_for_update() if lock else query).one()


def claim_due(session: Session, owner: str, now: dt.datetime) -> FetchRow | None:
    """The feed that is due and has waited longest, leased to `owner`."""
    found = claim(session, FetchRow, now=now, owner=owner, limit=1, lease_seconds=LEASE_SECONDS)
    return next(iter(found), None)


def known(session: Session, source: str, uids: Collection[str]) -> dict[str, EntryRow]:
    """The entries of a portal that are known, by their UIDs."""
    row = EntryRow
    found = session.scalars(select(row).where(row.source == source, row.uid.in_(uids)))
    return {each.uid: each for each in found} if uids else {}


def missing(session: Session, feed_id: UUID, before: dt.datetime | None) -> list[EntryRow]:
    """The entries of a feed that were last seen before a moment, or that were missing already, and
    are not given up yet."""
    row = EntryRow
    query = select(row).where(row.feed_id == feed_id, row.misses < GIVEN_UP)
    query = query.where(row.misses > 0 if before is None else row.seen_at < before)
    return list(session.scalars(query.order_by(row.uid)))


GIVEN_UP = 2  # fetches without an entry until it is held to be gone: a portal may have a bad day


def entries(
    session: Session, feed_id: UUID, kind: EntryKind | None, *, cursor: str | None, limit: int
) -> Page[EntryRow]:
    """What a feed had at its last fetch, by UID."""
    query = select(EntryRow).where(EntryRow.feed_id == feed_id)
    if kind is not None:
        query = query.where(EntryRow.kind == kind)
    return page(session, query, ORDER, cursor=cursor, limit=limit)


def let_go(session: Session, feed_id: UUID) -> None:
    """Keep the entries of a feed that is removed, so that another one doubles no trip."""
    for row in session.scalars(select(EntryRow).where(EntryRow.feed_id == feed_id)):
        row.feed_id = None
