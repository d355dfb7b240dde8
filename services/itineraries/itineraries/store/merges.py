"""Contacts that are one now. Trips keep the id that they were given, so that undoing a merge has
nothing to give back; who asks for a contact's trips means those of all whom it is made of."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, delete, select
from sqlalchemy.orm import Mapped, Session

from fairlead.store import Scoped, insert_into

from .schema import Base


class ContactMergeRow(Scoped, Base):
    """A merge that was heard of. Its undoing may be heard of before."""

    __tablename__ = "contact_merges"

    id: Mapped[UUID]
    merged_id: Mapped[UUID]
    survivor_id: Mapped[UUID]
    undone: Mapped[bool]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "survivor_id"),
    )


def hear(
    session: Session, id: UUID, merged_id: UUID, survivor_id: UUID, *, undone: bool = False
) -> None:
    """Note a merge, or that it was taken back, which stays so."""
    row = ContactMergeRow
    insert = insert_into(session, row).values(
        id=id, merged_id=merged_id, survivor_id=survivor_id, undone=undone
    )
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[row.organisation_id, row.id], set_={"undone": row.undone | undone}
        )
    )


def forget(session: Session, id: UUID) -> None:
    """Know a merge no more."""
    session.execute(
        delete(ContactMergeRow)
        .where(ContactMergeRow.id == id)
        .execution_options(synchronize_session=False)
    )


def made_of(session: Session, contact_id: UUID) -> list[UUID]:
    """A contact and all that are part of it, through however many merges."""
    found = latest = {contact_id}
    while latest:
        query = select(ContactMergeRow.merged_id).where(
            ContactMergeRow.survivor_id.in_(latest), ContactMergeRow.undone.is_(False)
        )
        latest = set(session.scalars(query)) - found
        found = found | latest
    return sorted(found)
