"""Which contacts are part of others now: what was heard of merges, in whatever order.

contacts lets a contact take part in a merge only while it stands by itself. So of all merges that a
contact took part in, only the newest can hold it: an older one was taken back before, even where
that was not heard yet. Ids of merges are in the order of time.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, or_, select
from sqlalchemy.orm import Mapped, Session

from fairlead.store import Scoped, in_turn, insert_into, organisation_of

from .schema import Base


class ContactMergeRow(Scoped, Base):
    """A merge that was heard of; `undone` may be heard of before the merge itself."""

    __tablename__ = "contact_merges"

    id: Mapped[UUID]
    merged_id: Mapped[UUID]
    survivor_id: Mapped[UUID]
    undone: Mapped[bool]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "merged_id"),
        Index(None, "organisation_id", "survivor_id"),
    )


def hold(session: Session) -> None:
    """Let one merge of the organisation be learned after the other, until the transaction ends:
    what each of them moves depends on those before."""
    in_turn(session, "contact merges", organisation_of(session))


def note(session: Session, id: UUID, merged_id: UUID, survivor_id: UUID, *, undone: bool) -> bool:
    """Keep what was heard of a merge; returns whether it is news."""
    heard = insert_into(session, ContactMergeRow).values(
        id=id, merged_id=merged_id, survivor_id=survivor_id, undone=undone
    )
    key = [ContactMergeRow.organisation_id, ContactMergeRow.id]
    if undone:
        heard = heard.on_conflict_do_update(
            index_elements=key, set_={"undone": True}, where=ContactMergeRow.undone.is_(False)
        )
    else:
        heard = heard.on_conflict_do_nothing(index_elements=key)
    return session.execute(heard.returning(ContactMergeRow.id)).first() is not None


def get(session: Session, id: UUID) -> ContactMergeRow | None:
    """A merge that was heard of."""
    return session.scalars(select(ContactMergeRow).where(ContactMergeRow.id == id)).first()


def into(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these contacts those that are part of another now, with the one that each was merged
    into."""
    if not ids:
        return {}
    row = ContactMergeRow
    standing: dict[UUID, tuple[UUID, UUID]] = {}
    found = session.execute(
        select(row.id, row.merged_id, row.survivor_id)
        .where(row.merged_id.in_(ids), row.undone.is_(False))
        .order_by(row.id)
    )
    for id, merged, survivor in found:
        standing[merged] = id, survivor
    if not standing:
        return {}
    took_part = select(row.id, row.merged_id, row.survivor_id).where(
        or_(row.merged_id.in_(standing), row.survivor_id.in_(standing))
    )
    for id, *both in session.execute(took_part):
        for each in both:
            if each in standing and id > standing[each][0]:
                del standing[each]
    return {merged: survivor for merged, (_, survivor) in standing.items()}


def survivors(session: Session, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these contacts those that are part of another now, with whom in the end."""
    found: dict[UUID, UUID] = {}
    at = {id: id for id in ids}
    while at:
        step = into(session, set(at.values()))
        at = {id: step[here] for id, here in at.items() if here in step}
        found |= at
    return found


def parts(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """These contacts and all that are part of them now."""
    found, asked = set(ids), set(ids)
    while asked:
        merged = select(ContactMergeRow.merged_id).where(
            ContactMergeRow.survivor_id.in_(asked), ContactMergeRow.undone.is_(False)
        )
        inside = into(session, set(session.scalars(merged)))
        asked = {id for id, survivor in inside.items() if survivor in asked} - found
        found |= asked
    return found
