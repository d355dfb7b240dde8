"""Files that messages came with or can be sent with, and what was found out of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    false,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from contracts.common import FileRef
from contracts.inbox import File, FilePicture, FileState, PictureSize
from fairlead.store import Claimable, Json, Scoped, due_index, queue, word

from .schema import Base

LEASE_SECONDS = 180.0  # longer than a virus check and a drawing together


class FileRow(Scoped, Claimable, Base):
    """A file in the file store, by the id that drafts and pages name it with.

    It is work to be done until it is checked and drawn. `at` is when somebody last said that he
    would use it.
    """

    __tablename__ = "files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document: Mapped[FileRef] = mapped_column(Json(FileRef))
    at: Mapped[dt.datetime]
    key: Mapped[str] = mapped_column(String(120))
    state: Mapped[FileState] = mapped_column(word(FileState))
    reason: Mapped[str | None] = mapped_column(Text)
    shown: Mapped[bool] = mapped_column(default=False)
    followed: Mapped[bool] = mapped_column(server_default=false())  # by another service
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    seconds: Mapped[float | None]
    pictures: Mapped[list[PictureRow]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="PictureRow.width"
    )

    __table_args__ = (due_index("files"), Index("ix_files_key", "organisation_id", "key"))


class PictureRow(Scoped, Base):
    """A picture of a file, in the file store."""

    __tablename__ = "file_pictures"

    file_id: Mapped[UUID]
    size: Mapped[PictureSize] = mapped_column(word(PictureSize))
    key: Mapped[str] = mapped_column(String(120))
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]

    __table_args__ = (
        PrimaryKeyConstraint("file_id", "size"),
        ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="CASCADE"),
        Index("ix_file_pictures_key", "organisation_id", "key"),
    )


def add(session: Session, id: UUID, file: FileRef, state: FileState) -> None:
    """Make a file known; it is work from now on."""
    now = dt.datetime.now(dt.UTC)
    session.add(
        FileRow(
            id=id,
            document=file,
            at=now,
            key=file.key,
            state=state,
            due_at=now,
            pictures=[],
        )
    )


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, File]:
    """Those of these files that are known, in the order of `ids`."""
    if not ids:
        return {}
    rows = session.scalars(
        select(FileRow).where(FileRow.id.in_(ids)).execution_options(populate_existing=True)
    )
    known = {row.id: view(row) for row in rows}
    return {id: known[id] for id in ids if id in known}


def view(row: FileRow) -> File:
    """A row as the contract has it."""
    return File(
        id=row.id,
        file=row.document,
        state=row.state,
        reason=row.reason,
        prepared=row.done_at is not None,
        shown=row.shown,
        width=row.width,
        height=row.height,
        pages=row.pages,
        seconds=row.seconds,
        pictures=[
            FilePicture(
                size=each.size,
                key=each.key,
                width=each.width,
                height=each.height,
                bytes=each.bytes,
            )
            for each in row.pictures
        ],
    )


def claim_due(session: Session, owner: str, now: dt.datetime, limit: int) -> Sequence[FileRow]:
    """Files to be checked and drawn."""
    return queue.claim(
        session, FileRow, now=now, owner=owner, limit=limit, lease_seconds=LEASE_SECONDS
    )


def held(session: Session, keys: Collection[str]) -> set[str]:
    """Those of `keys` that a file or a picture of one has."""
    found: set[str] = set()
    for column in (FileRow.key, PictureRow.key):
        found.update(session.scalars(select(column).where(column.in_(keys))))
    return found


def waiting(session: Session) -> tuple[int, dt.datetime | None]:
    """How many files wait for the virus check, and since when the first does."""
    row = session.execute(
        select(func.count(), func.min(FileRow.at)).where(
            FileRow.done_at.is_(None), FileRow.state == FileState.WAITING
        )
    ).one()
    return row[0], row[1]


def quarantined(session: Session, limit: int) -> Sequence[FileRow]:
    """Files that are held for good, the newest first."""
    statement = select(FileRow).where(FileRow.state.in_([FileState.INFECTED, FileState.BLOCKED]))
    return session.scalars(statement.order_by(FileRow.at.desc()).limit(limit)).all()
