"""What waits in a table, and how many rows tables have: cheap enough to be asked every minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, SQLColumnExpression, Table
from sqlalchemy.orm import Session

LATE = dt.timedelta(minutes=1)
COUNTED = 10_000  # rows; more are PostgreSQL's estimate, because counting reads them all


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue: how many wait, for their moment too; how many of them are more than a minute late;
    and how long ago the first was due, 0 where none is yet."""

    waiting: int = 0
    overdue: int = 0
    oldest_seconds: float = 0.0


def waiting(
    session: Session, due: SQLColumnExpression[Any], *where: ColumnElement[bool]
) -> Waiting:
    """What waits, of the rows `where`; `due` is since when each does, or from when on."""
    now = dt.datetime.now(dt.UTC)
    late = sa.func.count().filter(due <= now - LATE)
    count, overdue, oldest = session.execute(
        sa.select(sa.func.count(), late, sa.func.min(due)).where(*where)
    ).one()
    age = (now - oldest).total_seconds() if oldest is not None else 0.0
    return Waiting(count, overdue, max(age, 0.0))


def is_work(table: Table) -> bool:
    """Whether the table is one of a Claimable."""
    return {"due_at", "lease_until", "done_at"} <= set(table.columns.keys())


def work(session: Session, table: Table) -> Waiting:
    """What waits in the table of a Claimable, by the index that claims read."""
    return waiting(session, table.c.due_at, table.c.done_at.is_(None))


def row_counts(session: Session, tables: Iterable[Table]) -> dict[str, int]:
    """How many rows each table has, by its name. EVERYWHERE alone."""
    counts = _estimates(session)
    for table in tables:
        if counts.get(table.name, 0) < COUNTED:
            counted = sa.select(sa.func.count()).select_from(table)
            counts[table.name] = session.scalar(counted) or 0
    return {table.name: counts[table.name] for table in tables}


def _estimates(session: Session) -> dict[str, int]:
    if session.get_bind().dialect.name != "postgresql":
        return {}
    known: Any = sa.text(
        "SELECT relname, reltuples::bigint FROM pg_class"
        " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
    )
    return {name: int(rows) for name, rows in session.execute(known)}
