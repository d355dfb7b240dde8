"""The queues and tables that every service has: those of its events, and those of its own work."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy import ColumnElement, MetaData
from sqlalchemy.orm import Session

from .admin import AdminServer
from .bus.inbox import InboxRow, InboxStatus
from .bus.outbox import OutboxRow
from .jobs.rows import JobRow
from .projections.rows import ProjectionRow
from .store import EVERYWHERE, Database
from .store.waiting import Waiting, is_work, row_counts, waiting, work


def offer(admin: AdminServer, service: str, database: Database, tables: MetaData) -> None:
    """Register them: events that leave, are tried again or are dead; jobs; read models that are
    made anew; and each of `tables` that is worked off, by its name."""

    def queue(name: str, read: Callable[[Session], Waiting]) -> None:
        def ask() -> Waiting:
            with database.reading(EVERYWHERE) as session:
                return read(session)

        admin.queue(service, name, ask)

    def rows() -> dict[str, int]:
        with database.reading(EVERYWHERE) as session:
            return row_counts(session, list(tables.tables.values()))

    queue("outbox", lambda session: waiting(session, OutboxRow.created_at))
    # Both are counted from when they came: when one is tried again says nothing of its age.
    queue("failed_events", lambda session: _events(session, InboxStatus.FAILED))
    queue("dead_events", lambda session: _events(session, InboxStatus.DEAD))
    queue("jobs", lambda session: work(session, JobRow.__table__))  # type: ignore[arg-type]
    queue(
        "projections",
        lambda session: waiting(
            session, ProjectionRow.started_at, ProjectionRow.finished_at.is_(None)
        ),
    )
    for table in tables.tables.values():
        if is_work(table):
            queue(table.name, partial(work, table=table))
    admin.rows(service, rows)


def _events(session: Session, status: InboxStatus) -> Waiting:
    wanted: ColumnElement[bool] = InboxRow.status == status
    return waiting(session, InboxRow.received_at, wanted)
