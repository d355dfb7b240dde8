"""Files of notes: which, in their order, and what is known of each.

They are the inbox's, by their ids; the copy here spares asking it whenever notes are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Index, PrimaryKeyConstraint, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.common import FileRef
from contracts.files import HELD, Attachment, File, attachment_of
from fairlead.store import Json, Scoped

from .tables import Base


class NoteFileRow(Scoped, Base):
    """A file of a note."""

    __tablename__ = "note_files"

    note_id: Mapped[UUID]
    file_id: Mapped[UUID]
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))
    file: Mapped[Attachment] = mapped_column(Json(Attachment))

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "note_id", "file_id"),
        Index(None, "organisation_id", "file_id"),
        Index(None, "organisation_id", "key"),
    )


def put(session: Session, note_id: UUID, files: Sequence[File]) -> None:
    """Let a note have these files and no others."""
    _remove(session, NoteFileRow.note_id == note_id)
    session.add_all(
        NoteFileRow(
            note_id=note_id,
            file_id=each.id,
            position=place,
            key=each.file.key,
            file=attachment_of(each),
        )
        for place, each in enumerate(files)
    )
    session.flush()


def of(session: Session, note_ids: Collection[UUID]) -> dict[UUID, list[Attachment]]:
    """The files of each of these notes that has some."""
    found: dict[UUID, list[Attachment]] = defaultdict(list)
    for row in _rows(session, note_ids):
        found[row.note_id].append(row.file)
    return found


def contents(session: Session, note_id: UUID) -> list[FileRef]:
    """The files of a note that the virus check lets pass."""
    return [
        FileRef(key=row.key, name=each.name, content_type=each.content_type, size=each.size)
        for row in _rows(session, [note_id])
        if (each := row.file).state not in HELD
    ]


def learn(session: Session, file: Attachment) -> list[UUID]:
    """Keep what was found out of a file; returns the notes that have it."""
    found = list(session.scalars(select(NoteFileRow).where(NoteFileRow.file_id == file.id)))
    for row in found:
        row.file = file
    return [row.note_id for row in found]


def held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of these keys that a note's file has."""
    return set(session.scalars(select(NoteFileRow.key).where(NoteFileRow.key.in_(keys))))


def forget(session: Session, file_ids: Collection[UUID]) -> int:
    """Let no note have these files; returns how many did."""
    return _remove(session, NoteFileRow.file_id.in_(file_ids))


def drop(session: Session, note_ids: Collection[UUID]) -> list[UUID]:
    """Let these notes have no files; returns those that no other note has."""
    gone = {row.file_id for row in _rows(session, note_ids)}
    _remove(session, NoteFileRow.note_id.in_(note_ids))
    left = select(NoteFileRow.file_id).where(NoteFileRow.file_id.in_(gone))
    return sorted(gone - set(session.scalars(left)))


def _rows(session: Session, note_ids: Collection[UUID]) -> Sequence[NoteFileRow]:
    wanted = select(NoteFileRow).where(NoteFileRow.note_id.in_(note_ids))
    return session.scalars(wanted.order_by(NoteFileRow.note_id, NoteFileRow.position)).all()


def _remove(session: Session, wanted: ColumnElement[bool]) -> int:
    done: Any = session.execute(
        delete(NoteFileRow).where(wanted).execution_options(synchronize_session=False)
    )
    count: int = done.rowcount
    return count
