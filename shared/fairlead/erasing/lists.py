"""Lists that jobs read in or wrote out: they go whole where somebody who is forgotten is in them.

Without her alone a list would still say with whom she was in it; and who wants the list again can
have it made again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..context import current
from ..errors import NotFound
from ..files import FileStore
from ..jobs.messages import JobState
from ..jobs.rows import JobRow
from ..service import ServiceStore
from .traces import Traces

AT_ONCE: Final = 20
LARGEST_READ: Final = 64 * 1024 * 1024
GONE: Final = "A file of this job was removed: somebody in it was erased"
_ENDED = [state for state in JobState if state.ended]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A step: how many jobs lost their files, which contents these were, and the last job that was
    looked at, None at the end."""

    jobs: int
    files: list[str] = field(default_factory=list)
    after: UUID | None = None


class Lists:
    """The files of jobs. Those of the kinds `kept` are looked after by somebody else."""

    def __init__(
        self, service: ServiceStore, files: FileStore, *, kept: Collection[str] = ()
    ) -> None:
        self._service = service
        self._files = files
        self._kept = kept

    def drop(self, traces: Traces, subjects: Collection[UUID], after: UUID | None) -> Dropped:
        """Take the files of the next jobs that have ended, are about one of `subjects`, or have one
        of the words in a file."""
        with self._service.reading() as session:
            ended = _ended(session, after)
        gone = [
            row
            for row in ended
            if row.kind not in self._kept
            and _keys(row)
            and (row.subject in subjects or any(self._has(key, traces) for key in _keys(row)))
        ]
        with self._service.transaction() as session:
            for row in gone:
                _forget(session, row.id)
        return Dropped(
            jobs=len(gone),
            files=sorted({key for row in gone for key in _keys(row)}),
            after=ended[-1].id if len(ended) == AT_ONCE else None,
        )

    def _has(self, key: str, traces: Traces) -> bool:
        try:
            with self._files.open(current().need_organisation(), key) as stream:
                content = stream.read(LARGEST_READ)
        except NotFound:
            return False
        return any(traces.found_in(text) for text in _texts(content))


def _ended(session: Session, after: UUID | None) -> Sequence[JobRow]:
    query = select(JobRow).where(JobRow.state.in_(_ENDED)).order_by(JobRow.id).limit(AT_ONCE)
    if after is not None:
        query = query.where(JobRow.id > after)
    return session.scalars(query).all()


def _forget(session: Session, id: UUID) -> None:
    row = session.scalars(select(JobRow).where(JobRow.id == id).with_for_update()).one_or_none()
    if row is not None:
        row.result, row.refusals, row.cursor, row.message = None, None, {}, GONE


def _keys(row: JobRow) -> list[str]:
    """The contents that a job made or was read from."""
    found = [file.key for file in (row.result, row.refusals) if file is not None]
    source = row.cursor.get("file")
    return [*found, source] if isinstance(source, str) else found


def _texts(content: bytes) -> Iterator[str]:
    """A list as it is, or the pages of one that is packed."""
    if not content.startswith(b"PK"):
        yield content.decode("utf-8", "replace")
        return
    try:
        with ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.endswith((".json", ".html")):
                    yield archive.read(name).decode("utf-8", "replace")
    except BadZipFile:
        return
