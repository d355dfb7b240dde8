"""Two services of ours: one writes notes and says so, the other writes down what it heard.

Imported by the measured processes only: declaring an event makes it known to the whole process.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar
from uuid import UUID

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from eventlet.event import Event as Signal
from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead.contract import Event, event
from fairlead.service import Store, loop, on, publish
from fairlead.store import (
    COLUMN_TYPES,
    Database,
    Scoped,
    enable_row_security,
    new_id,
    new_metadata,
)
from fairlead.store.migrations import FAIRLEAD, migrate

ORGANISATION = UUID("018f0000-0000-7000-8000-000000000001")
TEXT = "The guide waits at the north gate of the station from half past nine. " * 3
WRITERS = 20  # as many at once as a service hears events at once


class Base(DeclarativeBase):
    """The base of these tables."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class NoteRow(Scoped, Base):
    """A note that was written."""

    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]


class HeardRow(Scoped, Base):
    """A note that was heard of."""

    __tablename__ = "heard"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]


@event("note.written", source="bench_writer")
class NoteWritten(Event):
    """A note, whole."""

    id: UUID
    text: str
    at: dt.datetime


class BenchWriter:
    """Writes notes while `left` says that some are to be written."""

    name = "bench_writer"
    store = Store()
    left: ClassVar[int] = 0

    @loop(every=0.1, greenlets=WRITERS)
    def write(self) -> bool:
        """Write one note: its row and its event in one transaction."""
        if BenchWriter.left <= 0:
            return False
        BenchWriter.left -= 1
        note = NoteWritten(id=new_id(), text=TEXT, at=dt.datetime.now(dt.UTC))
        with self.store.transaction(ORGANISATION) as session:
            session.add(NoteRow(id=note.id, text=note.text, at=note.at))
            publish(session, note)
        return True


class BenchHearer:
    """Writes down what it hears, and tells when it has heard enough."""

    name = "bench_hearer"
    store = Store()
    left: ClassVar[int] = 0
    enough: ClassVar[Signal] = Signal()

    @on(NoteWritten)
    def hear(self, note: NoteWritten) -> None:
        """Write one down, once."""
        with self.store.once() as session:
            session.add(HeardRow(id=note.id, text=note.text, at=note.at))
        BenchHearer.left -= 1
        if BenchHearer.left == 0:
            BenchHearer.enough.send()


def make_tables(database: Database) -> None:
    """The bus's own tables and these, with row-level security as every service's have it."""
    migrate(database, FAIRLEAD)
    with database.exclusive() as connection:
        Base.metadata.create_all(connection)
        operations = Operations(MigrationContext.configure(connection))
        for table in Base.metadata.tables:
            enable_row_security(operations, table)
