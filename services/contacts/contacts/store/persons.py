"""Everything of one person: the contact, those merged into it, and what belongs to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from fairlead.jobs.messages import JobState
from fairlead.jobs.rows import JobRow

from . import note_files
from .contacts import find
from .tables import (
    AddressRow,
    ConsentRow,
    ContactRow,
    DismissalRow,
    MarkRow,
    MergeRow,
    NoteRow,
    TravellerRow,
)

_ENDED = [state for state in JobState if state.ended]


def united(session: Session, survivor: ContactRow, *, lock: bool = False) -> list[ContactRow]:
    """The contact and all that are part of it, in the order of merging."""
    found = [survivor]
    for row in found:
        merged = select(ContactRow.id).where(ContactRow.merged_into == row.id)
        known = {each.id for each in found}
        for id in sorted(set(session.scalars(merged)) - known):
            one = find(session, id, lock=lock)
            if one is not None:
                found.append(one)
    return found


def merges(session: Session, ids: Collection[UUID]) -> Sequence[MergeRow]:
    """Every merge that one of these took part in."""
    either = or_(MergeRow.survivor_id.in_(ids), MergeRow.merged_id.in_(ids))
    return session.scalars(select(MergeRow).where(either).order_by(MergeRow.id)).all()


def namesakes(session: Session, names: Collection[str], but: Collection[UUID]) -> set[str]:
    """Those of these folded names that other contacts have."""
    query = select(ContactRow.sort_name).where(
        ContactRow.sort_name.in_(names), ContactRow.id.not_in(but), ContactRow.erased.is_(False)
    )
    return set(session.scalars(query))


def others_keys(session: Session, keys: Collection[str], but: Collection[UUID]) -> set[str]:
    """Those of these keys of addresses that are other contacts' now."""
    query = select(AddressRow.key).where(
        AddressRow.key.in_(keys), AddressRow.contact_id.not_in(but)
    )
    return set(session.scalars(query))


def trips(session: Session, ids: Collection[UUID], most: int) -> list[UUID]:
    """The trips that one of these takes part in."""
    query = select(TravellerRow.trip_id).where(TravellerRow.contact_id.in_(ids)).distinct()
    return list(session.scalars(query.order_by(TravellerRow.trip_id).limit(most)))


def notes(session: Session, ids: Collection[UUID]) -> Sequence[NoteRow]:
    """All notes about these."""
    query = select(NoteRow).where(NoteRow.contact_id.in_(ids))
    return session.scalars(query.order_by(NoteRow.at, NoteRow.id)).all()


def decisions(session: Session, ids: Collection[UUID]) -> Sequence[ConsentRow]:
    """All decisions of these."""
    query = select(ConsentRow).where(ConsentRow.contact_id.in_(ids))
    return session.scalars(query.order_by(ConsentRow.id)).all()


def remove_what_belongs(session: Session, ids: Collection[UUID]) -> tuple[int, list[UUID]]:
    """Remove notes, decisions, merges, marks and dismissals of these; returns how many, and the
    files that only the notes had."""
    either = or_(MergeRow.survivor_id.in_(ids), MergeRow.merged_id.in_(ids))
    gone, files = 0, note_files.drop(session, [row.id for row in notes(session, ids)])
    for statement in (
        delete(NoteRow).where(NoteRow.contact_id.in_(ids)),
        delete(ConsentRow).where(ConsentRow.contact_id.in_(ids)),
        delete(MergeRow).where(either),
        delete(MarkRow).where(MarkRow.contact_id.in_(ids)),
        delete(DismissalRow).where(or_(DismissalRow.first.in_(ids), DismissalRow.second.in_(ids))),
    ):
        done: Any = session.execute(statement.execution_options(synchronize_session=False))
        gone += done.rowcount
    return gone, files


def open_job(
    session: Session, kinds: Collection[str], subjects: Collection[UUID] | None
) -> JobRow | None:
    """A job of one of these kinds that has not ended, about one of `subjects` if given."""
    query = select(JobRow).where(JobRow.kind.in_(kinds), JobRow.state.not_in(_ENDED))
    if subjects is not None:
        query = query.where(JobRow.subject.in_(subjects))
    return session.scalars(query.limit(1)).first()


def last_job(session: Session, kind: str, subjects: Collection[UUID]) -> JobRow | None:
    """The last job of a kind about one of these."""
    query = select(JobRow).where(JobRow.kind == kind, JobRow.subject.in_(subjects))
    return session.scalars(query.order_by(JobRow.created_at.desc()).limit(1)).first()


def set_job(session: Session, id: UUID, **values: Any) -> None:
    """Set columns of a job."""
    session.execute(
        update(JobRow)
        .where(JobRow.id == id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
