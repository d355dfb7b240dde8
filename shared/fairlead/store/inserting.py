"""Inserts that can meet a row which is there already."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

Insert: TypeAlias = postgresql.Insert


def insert_into(session: Session, model: type[DeclarativeBase]) -> Insert:
    """An INSERT of the session's database that has `on_conflict_do_nothing`,
    `on_conflict_do_update` and `excluded`, which mean the same on both.

    For many rows, hand them to `session.execute` beside the statement.
    """
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    insert: Insert = sqlite.insert(model)  # type: ignore[assignment]
    return insert
