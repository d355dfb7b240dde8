"""Inserts that can meet a row which is there already, and inserts of many rows."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from .scoping import COLUMN, Scoped, organisation_of

Insert: TypeAlias = postgresql.Insert


def insert_into(session: Session, model: type[DeclarativeBase]) -> Insert:
    """An INSERT of the session's database that has `on_conflict_do_nothing`,
    `on_conflict_do_update` and `excluded`, which mean the same on both.
    """
    return _insert(session.get_bind().dialect.name, model)


def insert_many(
    session: Session,
    model: type[DeclarativeBase],
    rows: Sequence[Mapping[str, Any]],
    *,
    known: bool = False,
) -> None:
    """Insert rows, which all have the same columns, by one statement; `known` leaves out those
    that are there already.

    Past the ORM, whose own way for many rows (the statement and the rows to `session.execute`)
    takes three times as long, most of it to find out for each row again what its columns are
    called.
    """
    if not rows:
        return
    session.flush()
    organisation = organisation_of(session)
    if organisation is not None and issubclass(model, Scoped) and COLUMN not in rows[0]:
        rows = [{COLUMN: organisation, **row} for row in rows]
    session.connection().execute(_many(session.get_bind().dialect.name, model, known), rows)


@functools.cache
def _many(dialect: str, model: type[DeclarativeBase], known: bool) -> Insert:
    insert = _insert(dialect, model.__table__)
    return insert.on_conflict_do_nothing() if known else insert


def _insert(dialect: str, into: Any) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(into)
    insert: Insert = sqlite.insert(into)  # type: ignore[assignment]
    return insert
