"""Trips and what is planned in them.

What a person writes about a trip or a service is kept whole as JSON, the shape in which it
travels; beside it stand the columns that queries need.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Select,
    String,
    Text,
    UniqueConstraint,
    column,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from contracts.itineraries import (
    Instalment,
    ItineraryDetails,
    ItineraryState,
    Origin,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from fairlead.store import Json, Scoped, Versioned, insert_into, organisation_of, word
from fairlead.store.search import Entry, Searched, put, words
from fairlead.store.search import Index as WordsIndex

from ..domain.states import OCCUPYING
from .listings import ListingRow
from .schema import Base

_UNDER_WAY = column("state").in_(sorted(state.value for state in OCCUPYING))
_NAMED = column("external_id") != ""
_PORTAL: ColumnClause[UUID] = column("portal_id")
_OF_PORTAL, _OF_NONE = _NAMED & _PORTAL.is_not(None), _NAMED & _PORTAL.is_(None)
TRIPS = WordsIndex("t", names=True)
MOST_RENAMED = 2000  # trips of a listing that are found by its new name at once, the latest ones


class ItineraryRow(Searched, Versioned, Base):
    """A trip. Its version counts the changes of its services too."""

    __tablename__ = "itineraries"
    search_index = TRIPS

    id: Mapped[UUID]
    reference: Mapped[str] = mapped_column(String(30))
    state: Mapped[ItineraryState] = mapped_column(word(ItineraryState))
    title: Mapped[str] = mapped_column(String(200))
    start: Mapped[dt.date]
    details: Mapped[ItineraryDetails] = mapped_column(Json(ItineraryDetails))
    searched: Mapped[str] = mapped_column(Text)
    token: Mapped[str | None] = mapped_column(String(43), unique=True)
    created_at: Mapped[dt.datetime]
    state_since: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    instalments: Mapped[list[Instalment]] = mapped_column(Json(list[Instalment]))
    payment_incomplete: Mapped[bool]
    late_from: Mapped[dt.datetime | None]
    # What lists filter by, of the details.
    end: Mapped[dt.date]
    listing_id: Mapped[UUID | None]
    portal_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    sales_agent_id: Mapped[UUID | None]
    price: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    service_count: Mapped[int]
    external_id: Mapped[str] = mapped_column(String(500))
    origin: Mapped[Origin] = mapped_column(word(Origin))
    over_from: Mapped[dt.datetime]  # when its last day has ended in its zone

    services: Mapped[list[ServiceRow]] = relationship(
        back_populates="itinerary", cascade="all, delete-orphan"
    )

    def search_entry(self, session: Session) -> Entry:
        """By reference, title, guests and listing."""
        name = None
        if self.listing_id is not None:
            name = session.scalar(
                select(ListingRow.name).where(
                    ListingRow.organisation_id == self.organisation_id,
                    ListingRow.id == self.listing_id,
                )
            )
        return self.entry(name or "")

    def entry(self, listing: str) -> Entry:
        """What it is found by, with what its listing is called."""
        return Entry(
            index=TRIPS,
            organisation=self.organisation_id,
            id=self.id,
            at=dt.datetime.combine(self.start, dt.time(), dt.UTC),
            words=words(self.searched, listing),
        )

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        UniqueConstraint("organisation_id", "reference"),
        Index(None, "organisation_id", "start", "id"),
        Index(None, "organisation_id", "state", "start", "id"),
        Index(None, "organisation_id", "listing_id", "start", "id"),
        Index(None, "organisation_id", "portal_id", "start", "id"),
        Index(None, "organisation_id", "agent_id", "start", "id"),
        Index(None, "organisation_id", "sales_agent_id", "start", "id"),
        Index(None, "organisation_id", "created_at"),
        Index(None, "organisation_id", "late_from"),
        # No two trips have the same external id of one portal, or of none.
        Index(
            "uq_itineraries_external_id", "organisation_id", "external_id", "portal_id",
            unique=True, sqlite_where=_OF_PORTAL, postgresql_where=_OF_PORTAL,
        ),
        Index(
            "uq_itineraries_external_id_of_none", "organisation_id", "external_id",
            unique=True, sqlite_where=_OF_NONE, postgresql_where=_OF_NONE,
        ),
        Index(
            "ix_itineraries_over", "over_from",
            sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY,
        ),
    )  # fmt: skip


class TagRow(Scoped, Base):
    """A tag of a trip, as it is compared."""

    __tablename__ = "itinerary_tags"

    tag: Mapped[str] = mapped_column(String(60))
    itinerary_id: Mapped[UUID]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "tag", "itinerary_id"),
        ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"], ["itineraries.organisation_id", "itineraries.id"]
        ),
        Index(None, "organisation_id", "itinerary_id"),
    )


class StepRow(Scoped, Base):
    """A step of a trip: the `number`th, from 1 on."""

    __tablename__ = "itinerary_steps"

    itinerary_id: Mapped[UUID]
    number: Mapped[int]
    at: Mapped[dt.datetime]
    before: Mapped[ItineraryState | None] = mapped_column(word(ItineraryState))
    after: Mapped[ItineraryState] = mapped_column(word(ItineraryState))
    user_id: Mapped[UUID | None]
    user_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "itinerary_id", "number"),
        ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"], ["itineraries.organisation_id", "itineraries.id"]
        ),
    )


class ServiceRow(Scoped, Versioned, Base):
    """A planned service. `date` and `time` are local to it."""

    __tablename__ = "services"

    id: Mapped[UUID]
    itinerary_id: Mapped[UUID]
    details: Mapped[ServiceDetails] = mapped_column(Json(ServiceDetails))
    date: Mapped[dt.date]
    time: Mapped[dt.time | None]
    starts_at: Mapped[dt.datetime]
    supplier_id: Mapped[UUID | None]
    state: Mapped[ServiceState] = mapped_column(word(ServiceState))
    kind: Mapped[ServiceKind] = mapped_column(word(ServiceKind))
    searched: Mapped[str] = mapped_column(Text)

    itinerary: Mapped[ItineraryRow] = relationship(back_populates="services")

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"], ["itineraries.organisation_id", "itineraries.id"]
        ),
        Index(None, "organisation_id", "itinerary_id"),
        Index(None, "organisation_id", "date"),
    )


class ServiceStepRow(Scoped, Base):
    """A step of a service: the `number`th, from 1 on. It stays when the service is removed."""

    __tablename__ = "service_steps"

    service_id: Mapped[UUID]
    number: Mapped[int]
    at: Mapped[dt.datetime]
    before: Mapped[ServiceState | None] = mapped_column(word(ServiceState))
    after: Mapped[ServiceState] = mapped_column(word(ServiceState))
    user_id: Mapped[UUID | None]
    user_name: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "service_id", "number"),)


class ReferenceRow(Scoped, Base):
    """How many references were given out in a year."""

    __tablename__ = "references_given"

    year: Mapped[int]
    given: Mapped[int]

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "year"),)


Changed = tuple[ItineraryRow, bool]
"""A trip after a change, and whether it changed at all."""


def rename_listing(session: Session, listing_id: UUID, name: str) -> None:
    """Let the trips of a listing be found by what it is called now."""
    theirs = select(ItineraryRow).where(ItineraryRow.listing_id == listing_id)
    latest = theirs.order_by(ItineraryRow.start.desc()).limit(MOST_RENAMED)
    for row in session.scalars(latest):
        put(session, row.entry(name))


def find(session: Session, id: UUID, *, lock: bool = False) -> ItineraryRow | None:
    """The trip with this id; `lock` keeps it from others until the transaction ends."""
    return _one(session, select(ItineraryRow).where(ItineraryRow.id == id), lock=lock)


def by_ids(session: Session, ids: Collection[UUID]) -> list[ItineraryRow]:
    """The trips with these ids."""
    found = session.scalars(select(ItineraryRow).where(ItineraryRow.id.in_(ids))) if ids else ()
    return list(found)


def find_by_reference(session: Session, reference: str) -> ItineraryRow | None:
    """The trip with this reference."""
    return _one(session, select(ItineraryRow).where(ItineraryRow.reference == reference))


def find_by_token(session: Session, token: str) -> ItineraryRow | None:
    """The trip whose public link has this token, of whatever organisation the session sees."""
    return _one(session, select(ItineraryRow).where(ItineraryRow.token == token))


def find_by_service(
    session: Session, service_id: UUID, *, lock: bool = False
) -> ItineraryRow | None:
    """The trip that has this service; `lock` as in `find`."""
    query = select(ItineraryRow).join(ItineraryRow.services).where(ServiceRow.id == service_id)
    return _one(session, query, lock=lock)


def find_external(
    session: Session, portal_id: UUID | None, ids: Collection[str]
) -> dict[str, ItineraryRow]:
    """The trips that a portal, or none, calls by these ids."""
    row = ItineraryRow
    of_portal = row.portal_id.is_(None) if portal_id is None else row.portal_id == portal_id
    # The index of external ids has no blank ones.
    query = select(row).where(row.external_id.in_(ids), row.external_id != "", of_portal)
    return {each.external_id: each for each in session.scalars(query)}


def next_number(session: Session, year: int, count: int = 1) -> int:
    """The first of `count` numbers that no other trip of the organisation gets in this year, from
    1 on.

    Who asks next waits until this transaction ends.
    """
    statement = (
        insert_into(session, ReferenceRow)
        .values(organisation_id=organisation_of(session), year=year, given=count)
        .on_conflict_do_update(
            index_elements=["organisation_id", "year"], set_={"given": ReferenceRow.given + count}
        )
        .returning(ReferenceRow.given)
    )
    return session.execute(statement).scalar_one() - count + 1


def over(session: Session, now: dt.datetime, most: int) -> list[tuple[UUID, UUID]]:
    """Organisation and id of trips that are confirmed or under way and whose last day has ended,
    those that ended first."""
    row = ItineraryRow
    query = (
        select(row.organisation_id, row.id)
        .where(row.state.in_(OCCUPYING), row.over_from <= now)
        .order_by(row.over_from)
        .limit(most)
    )
    return [(organisation, id) for organisation, id in session.execute(query)]


def steps(session: Session, itinerary_id: UUID, most: int) -> list[StepRow]:
    """The last steps of a trip, the first one first."""
    query = (
        select(StepRow)
        .where(StepRow.itinerary_id == itinerary_id)
        .order_by(StepRow.number.desc())
        .limit(most)
    )
    return list(reversed(session.scalars(query).all()))


def service_steps(session: Session, service_id: UUID, most: int) -> list[ServiceStepRow]:
    """The last steps of a service, the first one first."""
    query = (
        select(ServiceStepRow)
        .where(ServiceStepRow.service_id == service_id)
        .order_by(ServiceStepRow.number.desc())
        .limit(most)
    )
    return list(reversed(session.scalars(query).all()))


def tag(session: Session, itinerary_id: UUID, keys: Collection[str]) -> None:
    """Let the trip be found by these tags, as they are compared, and no others."""
    found = select(TagRow).where(TagRow.itinerary_id == itinerary_id)
    rows = {row.tag: row for row in session.scalars(found)}
    for key in rows.keys() - set(keys):
        session.delete(rows[key])
    session.add_all(TagRow(itinerary_id=itinerary_id, tag=key) for key in set(keys) - rows.keys())


def _one(
    session: Session, query: Select[ItineraryRow], *, lock: bool = False
) -> ItineraryRow | None:
    if lock:
        query = query.with_for_update(of=ItineraryRow)
    return session.scalars(query).one_or_none()
