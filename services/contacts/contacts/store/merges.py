"""Duplicates and merges."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from fairlead.store import insert_into

from ..domain import marks
from .tables import DismissalRow, MarkRow, MergeRow

Pair = tuple[UUID, UUID]


def pairs(
    session: Session, *, contact_id: UUID | None, after: Pair | None, limit: int
) -> list[tuple[Pair, list[str]]]:
    """Contacts with a likeness in common that nobody dismissed, each pair once with its
    likenesses, in the order of their ids."""
    one, two = aliased(MarkRow), aliased(MarkRow)
    low, high = marks.range_of(marks.LIKENESS)
    dismissed = (
        select(DismissalRow.first)
        .where(DismissalRow.first == one.contact_id, DismissalRow.second == two.contact_id)
        .exists()
    )
    kinds = [func.max(case((_is_of(one, kind), one.mark))) for kind in marks.LIKENESSES]
    query = (
        select(one.contact_id, two.contact_id, *kinds)
        .join(two, and_(two.mark == one.mark, one.contact_id < two.contact_id))
        .where(one.mark >= low, one.mark < high, ~dismissed)
        .group_by(one.contact_id, two.contact_id)
        .order_by(one.contact_id, two.contact_id)
        .limit(limit)
    )
    if contact_id is not None:
        query = query.where(or_(one.contact_id == contact_id, two.contact_id == contact_id))
    if after is not None:
        first, second = after
        query = query.where(
            or_(
                one.contact_id > first,
                and_(one.contact_id == first, two.contact_id > second),
            )
        )
    found = session.execute(query).all()
    return [
        ((first, second), [mark for mark in alike if mark is not None])
        for first, second, *alike in found
    ]


def _is_of(row: type[MarkRow], kind: str) -> ColumnElement[bool]:
    low, high = marks.range_of(kind)
    return and_(row.mark >= low, row.mark < high)


def dismiss(session: Session, first: UUID, second: UUID) -> None:
    """Remember that these are two."""
    low, high = sorted((first, second))
    session.execute(
        insert_into(session, DismissalRow).values(first=low, second=high).on_conflict_do_nothing()
    )


def get(session: Session, id: UUID) -> MergeRow | None:
    """A merge, kept from others until the transaction ends."""
    query = select(MergeRow).where(MergeRow.id == id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def standing(session: Session, survivor_id: UUID, merged_id: UUID) -> MergeRow | None:
    """The merge of these two that was not taken back."""
    query = select(MergeRow).where(
        MergeRow.survivor_id == survivor_id,
        MergeRow.merged_id == merged_id,
        MergeRow.undone_at.is_(None),
    )
    return session.scalars(query).first()


def later(session: Session, merge: MergeRow) -> MergeRow | None:
    """A later merge that stands and that one of the two took part in."""
    ids = (merge.survivor_id, merge.merged_id)
    query = (
        select(MergeRow)
        .where(
            or_(MergeRow.survivor_id.in_(ids), MergeRow.merged_id.in_(ids)),
            MergeRow.undone_at.is_(None),
            MergeRow.id > merge.id,
        )
        .order_by(MergeRow.id.desc())
    )
    return session.scalars(query).first()


def family(session: Session, survivor_id: UUID) -> set[UUID]:
    """Who was merged into a contact, or into one of those, and still is."""
    found: set[UUID] = set()
    latest = {survivor_id}
    while latest:
        query = select(MergeRow.merged_id).where(
            MergeRow.survivor_id.in_(latest), MergeRow.undone_at.is_(None)
        )
        latest = set(session.scalars(query)) - found
        found |= latest
    return found


def into(session: Session, survivor_id: UUID) -> list[MergeRow]:
    """The merges into a contact, the newest first."""
    query = select(MergeRow).where(MergeRow.survivor_id == survivor_id)
    return list(session.scalars(query.order_by(MergeRow.id.desc())))


def of(session: Session, contact_id: UUID) -> list[MergeRow]:
    """Every merge that a contact took part in."""
    either = or_(MergeRow.survivor_id == contact_id, MergeRow.merged_id == contact_id)
    return list(session.scalars(select(MergeRow).where(either)))
