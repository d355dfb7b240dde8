"""Where files are used: what shows one, and what will when it is sent.

A file that has no use was uploaded and never sent, or another service shows it.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, Select, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.store import Scoped, insert_many, word

from .files import FileRow
from .schema import Base


class User(enum.Enum):
    """What uses a file."""

    MESSAGE = "message"
    COMMENT = "comment"
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    MAILING = "mailing"


class FileUseRow(Scoped, Base):
    """A file that is used by something."""

    __tablename__ = "file_uses"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "file_id", "kind", "user_id"),
        Index(None, "organisation_id", "user_id"),
    )

    file_id: Mapped[UUID]
    kind: Mapped[User] = mapped_column(word(User))
    user_id: Mapped[UUID]


def put(session: Session, kind: User, user_id: UUID, files: Collection[UUID]) -> None:
    """Let these files and no others be used by it, those left out that are gone."""
    gone = delete(FileUseRow).where(
        FileUseRow.user_id == user_id, FileUseRow.kind == kind, FileUseRow.file_id.not_in(files)
    )
    session.execute(gone.execution_options(synchronize_session=False))
    if not files:
        return
    there = hold(session, files)
    rows = [{"file_id": each, "kind": kind, "user_id": user_id} for each in there]
    if rows:
        insert_many(session, FileUseRow, rows, known=True)


def hold(session: Session, ids: Collection[UUID]) -> list[UUID]:
    """Those of these files that there are, none of which is forgotten, or found out more of, until
    the transaction ends.

    It comes before what uses them is held: who finds out more holds the file first.
    """
    held = select(FileRow.id).where(FileRow.id.in_(ids)).order_by(FileRow.id)
    return list(session.scalars(held.with_for_update(read=True, of=FileRow)))


def keep(session: Session, ids: Collection[UUID], now: dt.datetime) -> None:
    """Let these files be as if they had come now."""
    for row in session.scalars(_held(ids)):
        row.at = now


def follow(session: Session, ids: Collection[UUID]) -> list[FileRow]:
    """Let another service be told of these files; returns those that are checked and drawn."""
    rows = session.scalars(_held(ids)).all()
    for row in rows:
        row.followed = True
    return [row for row in rows if row.done_at is not None]


def _held(ids: Collection[UUID]) -> Select[FileRow]:
    wanted = select(FileRow).where(FileRow.id.in_(ids)).order_by(FileRow.id)
    return wanted.with_for_update(of=FileRow).execution_options(populate_existing=True)


def of(session: Session, file_id: UUID, kind: User) -> list[UUID]:
    """What of a kind uses a file."""
    wanted = select(FileUseRow.user_id).where(
        FileUseRow.file_id == file_id, FileUseRow.kind == kind
    )
    return sorted(session.scalars(wanted))


def is_used(session: Session, file_id: UUID) -> bool:
    """Whether anything uses a file."""
    used = select(FileUseRow.user_id).where(FileUseRow.file_id == file_id)
    return session.scalars(used.limit(1)).first() is not None


def forget(session: Session, file_id: UUID) -> None:
    """Nothing uses a file any more, because it goes."""
    session.execute(
        delete(FileUseRow)
        .where(FileUseRow.file_id == file_id)
        .execution_options(synchronize_session=False)
    )


class Unused(NamedTuple):
    """A file that nothing uses."""

    organisation_id: UUID
    id: UUID
    key: str


def unused(session: Session, before: dt.datetime, after: UUID, limit: int) -> list[Unused]:
    """Files of all organisations that came before then and that nothing uses, by their ids."""
    used = select(FileUseRow.file_id).where(
        FileUseRow.organisation_id == FileRow.organisation_id, FileUseRow.file_id == FileRow.id
    )
    wanted = (
        select(FileRow.organisation_id, FileRow.id, FileRow.key)
        .where(FileRow.at < before, FileRow.id > after, ~used.exists())
        .order_by(FileRow.id)
        .limit(limit)
    )
    return [Unused(*row) for row in session.execute(wanted)]


def forget_unused(session: Session, ids: Collection[UUID], before: dt.datetime) -> int:
    """Forget those of these files that came before then and that nothing uses still; returns how
    many."""
    rows = session.scalars(_held(ids)).all()
    # Who uses a file holds it before: what is not used now will not be.
    used = set(session.scalars(select(FileUseRow.file_id).where(FileUseRow.file_id.in_(ids))))
    idle = [row for row in rows if row.id not in used and row.at < before]
    for row in idle:
        session.delete(row)
    return len(idle)
