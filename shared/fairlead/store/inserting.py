"""Inserts that can meet a row which is there already, and inserts of many rows."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import JSON, ColumnElement, TypeDecorator, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeEngine

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
    called. PostgreSQL is given each column as an array, where it has arrays of what stands in them:
    it plans, and the driver sends, one statement and not one for each row.
    """
    if not rows:
        return
    session.flush()
    organisation = organisation_of(session)
    if organisation is not None and issubclass(model, Scoped) and COLUMN not in rows[0]:
        rows = [{COLUMN: organisation, **row} for row in rows]
    dialect, columns = session.get_bind().dialect.name, tuple(rows[0])
    if dialect == "postgresql" and _has_arrays(model, columns):
        of_one = len({row.get(COLUMN) for row in rows}) == 1
        shared = frozenset({COLUMN}) if COLUMN in columns and of_one else frozenset()
        values = {
            name: rows[0][name] if name in shared else [row[name] for row in rows]
            for name in columns
        }
        session.connection().execute(_of_arrays(model, columns, shared, known), values)
    else:
        session.connection().execute(_many(dialect, model, known), rows)


@functools.cache
def _many(dialect: str, model: type[DeclarativeBase], known: bool) -> Insert:
    insert = _insert(dialect, model.__table__)
    return insert.on_conflict_do_nothing() if known else insert


@functools.cache
def _of_arrays(
    model: type[DeclarativeBase], columns: tuple[str, ...], shared: frozenset[str], known: bool
) -> Insert:
    """Of what is `shared` one value is given for all rows: the guard knows an organisation so."""
    table = model.__table__.columns
    rows = select(
        *(
            bindparam(name, type_=table[name].type)
            if name in shared
            else func.unnest(bindparam(name, type_=ARRAY(table[name].type)))
            for name in columns
        )
    )
    insert = _insert("postgresql", model.__table__)
    insert = insert.from_select(columns, rows, include_defaults=False)
    return insert.on_conflict_do_nothing() if known else insert


@functools.cache
def _has_arrays(model: type[DeclarativeBase], columns: tuple[str, ...]) -> bool:
    """Not of JSON, of which a list is a value; nor where Python has to make up a column's value."""
    table = model.__table__.columns
    made_up = any(each.default is not None and each.name not in columns for each in table)
    return not made_up and not any(isinstance(_stored(table[name]), JSON) for name in columns)


def _stored(column: ColumnElement[Any]) -> TypeEngine[Any]:
    kind = column.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _insert(dialect: str, into: Any) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(into)
    insert: Insert = sqlite.insert(into)  # type: ignore[assignment]
    return insert
