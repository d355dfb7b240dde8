"""How tables are declared: metadata, the types behind annotations, the names of keys."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any, ClassVar
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from .columns import UTCDateTime, word

NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}
COLUMN_TYPES: dict[Any, Any] = {
    dt.datetime: UTCDateTime(),
    enum.Enum: word(enum.Enum, length=40),
}
"""What a column is whose annotation says only `Mapped[datetime]` or `Mapped[SomeEnum]`."""

_all: WeakSet[sa.MetaData] = WeakSet()


def new_metadata() -> sa.MetaData:
    """The metadata of one service's tables, with names for every constraint."""
    metadata = sa.MetaData(naming_convention=NAMES)
    _all.add(metadata)
    return metadata


class Base(DeclarativeBase):
    """The base of fairlead's own tables, which every service's database has.

    A service declares its own, so that services in one process do not meet:
    `class Base(DeclarativeBase): metadata, type_annotation_map = new_metadata(), COLUMN_TYPES`.
    """

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


def constraints(name: str) -> set[str]:
    """How SQLite names the columns of each unique constraint, unique index or primary key called
    `name`: `table.first, table.second`. Raises LookupError when there is none."""
    found = set()
    for table in [table for metadata in _all for table in metadata.tables.values()]:
        keys: list[sa.Index | sa.UniqueConstraint | sa.PrimaryKeyConstraint] = [table.primary_key]
        keys += [index for index in table.indexes if index.unique]
        keys += [each for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
        for each in keys:
            if each.name == name:
                found.add(", ".join(f"{table.name}.{column.name}" for column in each.columns))
    if not found:
        raise LookupError(f"no table has a unique constraint {name!r}")
    return found
