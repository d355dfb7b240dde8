"""Column types that behave the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from .. import zones

T = TypeVar("T")

JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Plain JSON values; None is NULL. A change inside the value is not seen: assign a new one."""


def _remembering(convert: Any) -> Any:
    """`convert` with its last answer, for who gives the same immutable object over and over."""
    kept: tuple[Any, Any] = (None, None)

    def process(value: Any) -> Any:
        nonlocal kept
        given, converted = kept
        if given is not value:
            converted = convert(value)
            kept = (value, converted)  # at once: threads share it
        return converted

    return process


class UTCDateTime(TypeDecorator[dt.datetime]):
    """A moment: an aware datetime, kept in UTC with its microseconds, given back in UTC.

    A naive datetime is refused with ValueError. SQLite keeps it as text of one width, so that
    it sorts as the moment does.
    """

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[dt.datetime]:
        """datetime."""
        return dt.datetime

    def bind_processor(self, dialect: Dialect) -> Any:
        """As for any such type, and the same object again as it was: rows that are written
        together mostly have one moment."""
        return _remembering(super().bind_processor(dialect))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """To UTC, and without the zone where the database has none."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value!r} has no zone: it names no moment")
        moment = value.astimezone(dt.UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """To an aware datetime in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC)


class ZoneName(TypeDecorator[str]):
    """The name of a time zone in the IANA database; any other text is refused with ValueError."""

    impl = sa.String(64)
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """str."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The name as it is, once it is known."""
        if value is not None and value not in zones.names():
            raise ValueError(f"{value[:64]!r} is no time zone")
        return value


class Json(TypeDecorator[T], Generic[T]):
    """A msgspec struct, or anything else that msgspec can convert, kept as JSON.

    What is read must fit the type: msgspec.ValidationError otherwise, so a type only grows by
    fields that have defaults. As with JSON, assign a new value to change it.
    """

    impl = JSON
    cache_ok = True

    def __init__(self, kind: type[T]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: T | None, dialect: Dialect) -> Any:
        """To plain values."""
        return None if value is None else msgspec.to_builtins(value, str_keys=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:
        """From plain values, checked."""
        return None if value is None else msgspec.convert(value, self.kind, str_keys=True)


def word(kind: type[enum.Enum], *, length: int = 20) -> sa.Enum:
    """An enum, kept by its values and as text: a new member needs no migration on either
    database. `length` is that of the longest value that may ever come, in characters.
    """
    return sa.Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda kind: [member.value for member in kind],
    )


def dump_json(value: Any) -> str:
    """The engines' JSON encoder."""
    return msgspec.json.encode(value).decode()


load_json = msgspec.json.decode
"""The engines' JSON decoder."""
