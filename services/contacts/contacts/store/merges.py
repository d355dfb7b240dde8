"""Duplicates and merges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from fairlead.store import insert_into

from ..domain import marks
from .tables import DismissalRow, MarkRow, MergeRow

Pair = tuple[UUID, UUID]


def pairs(
    session: Session, *, contact_id: UUID | None, after: Pair | None, limit: int
) -> list[tuple[Pair, list[str]]]:
    """Contacts with a likeness in common that nobody dismissed, each pair once with its
    likenesses, in the order of their ids; of all, or those with this contact."""
    if contact_id is not None:
        return _pairs_with(session, contact_id, after=after, limit=limit)
    one, two = aliased(MarkRow), aliased(MarkRow)
    query = _alike(one, two).where(one.contact_id < two.contact_id)
    query = query.where(~_dismissed(one.contact_id, two.contact_id))
    if after is not None:
        first, second = after
        # Said first for the index: what follows alone it cannot be entered by.
        query = query.where(
            one.contact_id >= first, or_(one.contact_id > first, two.contact_id > second)
        )
    found = session.execute(query.order_by(one.contact_id, two.contact_id).limit(limit)).all()
    return [((first, second), _known(alike)) for first, second, *alike in found]


def _pairs_with(
    session: Session, contact_id: UUID, *, after: Pair | None, limit: int
) -> list[tuple[Pair, list[str]]]:
    """The same for one contact, from its few marks. In the order of pairs come the others that
    stand before it, and then those behind it: that is the order of the others' ids."""
    own, other = aliased(MarkRow), aliased(MarkRow)
    dismissed = or_(
        _dismissed(own.contact_id, other.contact_id), _dismissed(other.contact_id, own.contact_id)
    )
    query = _alike(own, other).where(
        own.contact_id == contact_id, other.contact_id != contact_id, ~dismissed
    )
    if after is not None:
        first, second = after
        query = query.where(other.contact_id > (second if first == contact_id else first))
    found = session.execute(query.order_by(other.contact_id).limit(limit)).all()
    return [(_sorted(contact_id, id), _known(alike)) for _, id, *alike in found]


def _alike(one: type[MarkRow], two: type[MarkRow]) -> Select[*tuple[Any, ...]]:
    low, high = marks.range_of(marks.LIKENESS)
    kinds = [func.max(case((_is_of(one, kind), one.mark))) for kind in marks.LIKENESSES]
    return (
        select(one.contact_id, two.contact_id, *kinds)
        .join(two, two.mark == one.mark)
        .where(one.mark >= low, one.mark < high)
        .group_by(one.contact_id, two.contact_id)
    )


def _dismissed(
    first: InstrumentedAttribute[UUID], second: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    row = DismissalRow
    return exists().where(row.first == first, row.second == second)


def _sorted(one: UUID, two: UUID) -> Pair:
    return (one, two) if one < two else (two, one)


def _known(alike: Sequence[str | None]) -> list[str]:
    return [mark for mark in alike if mark is not None]


def _is_of(row: type[MarkRow], kind: str) -> ColumnElement[bool]:
    low, high = marks.range_of(kind)
    return and_(row.mark >= low, row.mark < high)


def dismiss(session: Session, first: UUID, second: UUID) -> None:
    """Remember that these are two."""
    low, high = _sorted(first, second)
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
