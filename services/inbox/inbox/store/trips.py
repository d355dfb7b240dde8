"""What the inbox knows of trips and their services: kept by `itinerary.changed`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.itineraries import Itinerary
from fairlead.projections.models import is_news
from fairlead.store import Json, Scoped, insert_into, organisation_of
from fairlead.store.search import Entry, Searched, put, remove, words

from . import indexes
from .schema import Base


class TripRow(Searched, Base):
    """A trip, whole, as of the latest version that was heard of."""

    __tablename__ = "known_trips"
    search_index = indexes.TRIPS
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "reference_key"),
    )

    id: Mapped[UUID]
    version: Mapped[int]
    reference: Mapped[str] = mapped_column(String(100))
    reference_key: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    document: Mapped[Itinerary] = mapped_column(Json(Itinerary))

    def search_entry(self, session: Session) -> Entry:
        """By reference, title and guests."""
        return entry(self.organisation_id, self.document)


class ServiceRow(Scoped, Base):
    """Which trip a service belongs to."""

    __tablename__ = "known_services"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "itinerary_id"),
    )

    id: Mapped[UUID]
    itinerary_id: Mapped[UUID]


def learn(session: Session, trip: Itinerary, *, anew: bool = False) -> bool:
    """Keep `trip` unless this version is known or, made `anew`, a newer one; returns whether it was
    kept."""
    values = {
        "version": trip.version,
        "reference": trip.reference[:100],
        "reference_key": trip.reference[:100].upper(),
        "title": trip.details.title,
        "document": trip,
    }
    kept = session.execute(
        insert_into(session, TripRow)
        .values(id=trip.id, **values)
        .on_conflict_do_update(
            index_elements=[TripRow.organisation_id, TripRow.id],
            set_=values,
            where=is_news(TripRow.version, trip.version, anew=anew),
        )
        .returning(TripRow.id)
    ).first()
    if kept is None:
        return False
    organisation = organisation_of(session)
    assert organisation is not None  # news is of one organisation
    put(session, entry(organisation, trip))
    session.execute(
        delete(ServiceRow)
        .where(ServiceRow.itinerary_id == trip.id)
        .execution_options(synchronize_session=False)
    )
    if trip.services:
        session.execute(
            insert_into(session, ServiceRow).on_conflict_do_update(
                index_elements=[ServiceRow.organisation_id, ServiceRow.id],
                set_={"itinerary_id": trip.id},
            ),
            [{"id": planned.id, "itinerary_id": trip.id} for planned in trip.services],
        )
    return True


def forget(session: Session, id: UUID) -> None:
    """Know no more of a trip."""
    organisation = organisation_of(session)
    assert organisation is not None  # trips are of one organisation
    remove(session, indexes.TRIPS, organisation, id)
    for row, key in ((ServiceRow, ServiceRow.itinerary_id), (TripRow, TripRow.id)):
        session.execute(delete(row).where(key == id).execution_options(synchronize_session=False))


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Itinerary]:
    """Those of these trips that are known."""
    if not ids:
        return {}
    found = session.scalars(select(TripRow.document).where(TripRow.id.in_(ids)))
    return {trip.id: trip for trip in found}


def called(session: Session, ids: Collection[UUID]) -> dict[UUID | None, str]:
    """What those of these trips that are known are called."""
    if not ids:
        return {}
    wanted = select(TripRow.id, TripRow.reference).where(TripRow.id.in_(ids))
    return {id: reference for id, reference in session.execute(wanted)}  # noqa: C416


def held(session: Session, ids: Collection[UUID]) -> dict[UUID, Itinerary]:
    """As `by_id`; none of them changes until the transaction ends."""
    if not ids:
        return {}
    found = session.execute(
        select(TripRow)
        .where(TripRow.id.in_(ids))
        .order_by(TripRow.id)
        .with_for_update(read=True, of=TripRow)
        .execution_options(populate_existing=True)
    ).scalars()
    return {row.id: row.document for row in found}


def of_services(session: Session, service_ids: Collection[UUID]) -> set[UUID]:
    """The trips that these services belong to."""
    if not service_ids:
        return set()
    return set(
        session.scalars(select(ServiceRow.itinerary_id).where(ServiceRow.id.in_(service_ids)))
    )


def by_reference(session: Session, references: Collection[str]) -> list[UUID]:
    """The trips with these references, which are in upper case."""
    if not references:
        return []
    return list(session.scalars(select(TripRow.id).where(TripRow.reference_key.in_(references))))


def references(session: Session, organisation: UUID, ids: Collection[UUID]) -> list[str]:
    """The references of those of these trips that are known."""
    if not ids:
        return []
    wanted = select(TripRow.reference).where(
        TripRow.organisation_id == organisation, TripRow.id.in_(ids)
    )
    return list(session.scalars(wanted))


def entry(organisation: UUID, trip: Itinerary) -> Entry:
    """What a trip is found by."""
    guests = (guest.name for guest in trip.details.guests)
    return Entry(
        index=indexes.TRIPS,
        organisation=organisation,
        id=trip.id,
        at=dt.datetime.combine(trip.details.start, dt.time(), dt.UTC),
        words=words(trip.reference, trip.details.title, *guests),
        tags=frozenset(_tags(trip)),
    )


def _tags(trip: Itinerary) -> Iterator[int]:
    """What trips are narrowed by."""
    tag, details = indexes.TRIPS.tag, trip.details
    yield tag(indexes.STATE, trip.state.value)
    yield from (tag(indexes.TAG, each) for each in details.tags)
    people = {details.agent_id, *(guest.contact_id for guest in details.guests)}
    yield from (tag(indexes.CONTACT, each) for each in people if each)
    if details.language:
        yield tag(indexes.LANGUAGE, details.language)
    if details.listing_id:
        yield tag(indexes.LISTING, details.listing_id)
    if details.sales_agent_id:
        yield tag(indexes.SALES_AGENT, details.sales_agent_id)
