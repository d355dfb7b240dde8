"""Notes, decisions, own fields and trips."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fairlead.projections.models import is_news
from fairlead.store import Order, Page, insert_into, insert_many, page

from .tables import ConsentRow, FieldRow, MappingRow, NoteRow, TravellerRow, TripRow

NEWEST = Order(NoteRow.at.desc(), NoteRow.id.desc())


def notes(session: Session, contact_id: UUID, *, cursor: str | None, limit: int) -> Page[NoteRow]:
    """Notes about a contact, the newest first."""
    query = select(NoteRow).where(NoteRow.contact_id == contact_id)
    return page(session, query, NEWEST, cursor=cursor, limit=limit)


def note(session: Session, id: UUID) -> NoteRow | None:
    """One note."""
    return session.scalars(select(NoteRow).where(NoteRow.id == id)).one_or_none()


def notes_with(session: Session, ids: Collection[UUID]) -> list[NoteRow]:
    """The notes with these ids."""
    return list(session.scalars(select(NoteRow).where(NoteRow.id.in_(ids))))


def note_ids(session: Session, contact_id: UUID) -> list[UUID]:
    """The ids of all notes about a contact."""
    return sorted(session.scalars(select(NoteRow.id).where(NoteRow.contact_id == contact_id)))


def move_notes(session: Session, ids: Collection[UUID], contact_id: UUID) -> list[UUID]:
    """Let these notes be about a contact; returns those that were about another."""
    elsewhere = select(NoteRow).where(NoteRow.id.in_(ids), NoteRow.contact_id != contact_id)
    moved = session.scalars(elsewhere.order_by(NoteRow.id)).all()
    for row in moved:
        row.contact_id = contact_id
    return [row.id for row in moved]


def history(session: Session, contact_id: UUID) -> list[ConsentRow]:
    """Every decision of a contact, the newest first."""
    query = select(ConsentRow).where(ConsentRow.contact_id == contact_id)
    return list(session.scalars(query.order_by(ConsentRow.id.desc())))


def history_ids(session: Session, contact_id: UUID) -> list[UUID]:
    """The ids of a contact's decisions."""
    return sorted(session.scalars(select(ConsentRow.id).where(ConsentRow.contact_id == contact_id)))


def move_history(session: Session, ids: Collection[UUID], contact_id: UUID) -> None:
    """Let these decisions be another contact's."""
    for row in session.scalars(select(ConsentRow).where(ConsentRow.id.in_(ids))):
        row.contact_id = contact_id


def fields(session: Session) -> list[FieldRow]:
    """The organisation's own fields in their order."""
    return list(session.scalars(select(FieldRow).order_by(FieldRow.position, FieldRow.key)))


def field(session: Session, key: str) -> FieldRow | None:
    """One of the organisation's own fields."""
    return session.scalars(
        select(FieldRow).where(FieldRow.key == key).with_for_update()
    ).one_or_none()


def mapping(session: Session, header: str) -> list[str | None] | None:
    """What the columns of a file with these headings were said to be last."""
    return session.scalar(select(MappingRow.targets).where(MappingRow.header == header))


def learn_trip(
    session: Session, id: UUID, version: int, travellers: Collection[UUID], *, anew: bool = False
) -> None:
    """Keep who takes part in a trip, unless that version is known or, made `anew`, a newer one."""
    kept = session.execute(
        insert_into(session, TripRow)
        .values(id=id, version=version)
        .on_conflict_do_update(
            index_elements=[TripRow.organisation_id, TripRow.id],
            set_={"version": version},
            where=is_news(TripRow.version, version, anew=anew),
        )
        .returning(TripRow.id)
    ).first()
    if kept is None:
        return
    session.execute(
        delete(TravellerRow)
        .where(TravellerRow.trip_id == id)
        .execution_options(synchronize_session=False)
    )
    if travellers:
        rows = [{"contact_id": each, "trip_id": id} for each in sorted(travellers)]
        insert_many(session, TravellerRow, rows)


def forget_trip(session: Session, id: UUID) -> None:
    """Know no more of a trip."""
    for row, key in ((TravellerRow, TravellerRow.trip_id), (TripRow, TripRow.id)):
        session.execute(delete(row).where(key == id).execution_options(synchronize_session=False))
