"""Labels, and which conversations have them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import Label
from fairlead.store import Scoped, Versioned, insert_many

from .conversations import ConversationRow
from .schema import Base


class LabelRow(Scoped, Versioned, Base):
    """A label; `key` is its name as no second one may have it."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_name", "organisation_id", "key", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(200))
    colour: Mapped[str] = mapped_column(String(7))


class LabelledRow(Scoped, Base):
    """A conversation that has a label."""

    __tablename__ = "labelled"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "label_id", "conversation_id"),
        Index(None, "organisation_id", "conversation_id"),
    )

    label_id: Mapped[UUID]
    conversation_id: Mapped[UUID]


def listed(session: Session) -> list[Label]:
    """All labels by name."""
    return [view_of(row) for row in session.scalars(select(LabelRow).order_by(LabelRow.key))]


def count(session: Session) -> int:
    """How many labels there are."""
    return session.scalar(select(func.count()).select_from(select(LabelRow).subquery())) or 0


def locked(session: Session, id: UUID) -> LabelRow | None:
    """A label, held until the transaction ends."""
    return session.scalars(
        select(LabelRow)
        .where(LabelRow.id == id)
        .with_for_update(of=LabelRow)
        .execution_options(populate_existing=True)
    ).first()


def by_key(session: Session, key: str) -> LabelRow | None:
    """The label with this name."""
    return session.scalars(select(LabelRow).where(LabelRow.key == key)).first()


def names(session: Session, ids: Collection[UUID], *, hold: bool = False) -> dict[UUID, str]:
    """What those of these labels are called that there are.

    To `hold` them keeps them from being removed until the transaction ends, so that a conversation
    gets no label that is gone. It comes before any conversation is held, as where one is removed.
    """
    if not ids:
        return {}
    wanted = select(LabelRow).where(LabelRow.id.in_(ids)).order_by(LabelRow.id)
    if hold:
        wanted = wanted.with_for_update(of=LabelRow, read=True)
    return {row.id: row.name for row in session.scalars(wanted)}


def of(session: Session, conversation_id: UUID) -> set[UUID]:
    """The labels of a conversation."""
    wanted = select(LabelledRow.label_id).where(LabelledRow.conversation_id == conversation_id)
    return set(session.scalars(wanted))


def put(session: Session, conversation_id: UUID, label_ids: Collection[UUID]) -> None:
    """Let a conversation have these labels too."""
    rows = [{"label_id": each, "conversation_id": conversation_id} for each in label_ids]
    if rows:
        insert_many(session, LabelledRow, rows, known=True)


def take_off(session: Session, conversation_id: UUID, label_ids: Collection[UUID]) -> None:
    """Let a conversation no longer have these labels."""
    session.execute(
        delete(LabelledRow)
        .where(LabelledRow.conversation_id == conversation_id, LabelledRow.label_id.in_(label_ids))
        .execution_options(synchronize_session=False)
    )


def replace(session: Session, label_id: UUID, by: UUID) -> None:
    """Let every conversation that has a label have another one instead."""
    _rewrite(session, label_id, str(by))
    have = select(LabelledRow.conversation_id).where(LabelledRow.label_id == by)
    session.execute(
        update(LabelledRow)
        .where(LabelledRow.label_id == label_id, LabelledRow.conversation_id.not_in(have))
        .values(label_id=by)
        .execution_options(synchronize_session=False)
    )


def remove(session: Session, row: LabelRow) -> None:
    """Take a label off every conversation, and away."""
    _rewrite(session, row.id, "")
    session.execute(
        delete(LabelledRow)
        .where(LabelledRow.label_id == row.id)
        .execution_options(synchronize_session=False)
    )
    session.delete(row)
    session.flush()


def _rewrite(session: Session, label_id: UUID, by: str) -> None:
    has = select(LabelledRow.conversation_id).where(LabelledRow.label_id == label_id)
    session.execute(
        update(ConversationRow)
        .where(ConversationRow.id.in_(has))
        .values(labelled=func.replace(ConversationRow.labelled, str(label_id), by))
        .execution_options(synchronize_session=False)
    )


def view_of(row: LabelRow) -> Label:
    """A label as it is shown."""
    return Label(id=row.id, name=row.name, colour=row.colour, version=row.version)
