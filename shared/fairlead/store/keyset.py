"""Pages of a list by the place where the last one ended, not by counting rows.

A page costs the same wherever it is, and rows that come or go meanwhile neither repeat nor hide
others. The place is a cursor: opaque to who carries it, bound to the list's order, and checked.
It is no secret and gives no rights; scoping holds whatever it says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import GenericAlias
from typing import Any, Generic, Literal, TypeAlias, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, false, literal, or_, tuple_
from sqlalchemy.exc import DataError
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import operators

from ..errors import Invalid
from .postgresql import PLANNED_ANEW

T = TypeVar("T")

LONGEST_CURSOR = 4096  # characters
CHECK_BYTES = 8
MOST = 200

Way: TypeAlias = Literal["next", "previous"]
Sort: TypeAlias = InstrumentedAttribute[Any] | UnaryExpression[Any]
"""A mapped column, or `.desc()` of one."""


class BadPage(Invalid, ValueError):
    """A page was asked for in a wrong way: the field `cursor` or `limit` is wrong."""


def _bad(field: Literal["cursor", "limit"], reason: str) -> Invalid:
    return BadPage.field("store.bad_page", field, reason)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, in its order, and the cursors of its neighbours.

    A cursor is None where the list ends, or ended when this page was read.
    """

    items: list[T]
    next: str | None
    previous: str | None


class Order:
    """The order of a list: columns, each up or down, that together are different for every row.

    The last is a key. None may be NULL, because the databases sort it differently. Raises
    TypeError for a column that may be, and for one whose type does not say what Python gets.
    """

    def __init__(self, *sorts: Sort) -> None:
        self.sorts = sorts
        self.columns: list[ColumnElement[Any]] = []
        self.down: list[bool] = []
        for sort in sorts:
            down = isinstance(sort, UnaryExpression)
            if down and sort.modifier is not operators.desc_op:
                raise TypeError("an order is made of columns and their desc()")
            column: Any = sort.element if down else sort
            if getattr(column, "nullable", False) or getattr(column.expression, "nullable", False):
                raise TypeError(f"{column} may be NULL and cannot be sorted by")
            if column.type.python_type is object:
                raise TypeError(f"{column.type!r} has no python_type")
            self.columns.append(column)
            self.down.append(down)
        kinds = GenericAlias(tuple, tuple(column.type.python_type for column in self.columns))
        place: Any = GenericAlias(tuple, (Way, kinds))
        self._decoder = msgspec.msgpack.Decoder(place)
        names = [f"{c} {d}" for c, d in zip(self.columns, self.down, strict=True)]
        self._key = hashlib.sha256("\n".join(names).encode()).digest()

    def encode(self, way: Way, values: Sequence[Any]) -> str:
        """The cursor of what comes after (or before) the row with these values."""
        body = msgspec.msgpack.encode((way, tuple(values)))
        return base64.urlsafe_b64encode(self._check(body) + body).rstrip(b"=").decode()

    def decode(self, cursor: str) -> tuple[Way, tuple[Any, ...]]:
        """What a cursor says; raises BadPage when it is none, or one of another list."""
        if len(cursor) > LONGEST_CURSOR:
            raise _bad("cursor", "is too long")
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            check, body = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
            if check != self._check(body):
                raise _bad("cursor", "is not one of this list")
            place: tuple[Way, tuple[Any, ...]] = self._decoder.decode(body)
        except (binascii.Error, ValueError, msgspec.DecodeError) as error:
            if isinstance(error, BadPage):
                raise
            raise _bad("cursor", "is not a cursor") from error
        return place

    def after(self, values: Sequence[Any], *, down: Sequence[bool]) -> ColumnElement[bool]:
        """The rows that come after `values`, each column going `down` or up."""
        values = [literal(v, c.type) for v, c in zip(values, self.columns, strict=True)]
        if len(set(down)) == 1:  # a comparison of rows, which an index answers in one go
            ours, theirs = tuple_(*self.columns), tuple_(*values)
            return ours < theirs if down[0] else ours > theirs
        beyond: ColumnElement[bool] = false()
        pairs = list(zip(self.columns, values, down, strict=True))
        for column, value, falls in reversed(pairs):
            further = column < value if falls else column > value
            beyond = or_(further, and_(column == value, beyond))
        first, value, falls = pairs[0]
        # Says nothing new, but is what an index can use.
        return and_(first <= value if falls else first >= value, beyond)

    def clauses(self, *, down: Sequence[bool]) -> list[ColumnElement[Any]]:
        """ORDER BY."""
        pairs = zip(self.columns, down, strict=True)
        return [column.desc() if falls else column.asc() for column, falls in pairs]

    def _check(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._key, digest_size=CHECK_BYTES).digest()


def page(
    session: Session,
    statement: Select[T],
    order: Order,
    *,
    cursor: str | None = None,
    limit: int = 50,
    most: int = MOST,
) -> Page[T]:
    """The page of `statement`, a select of one entity or column without an order, at `cursor`.

    At most `limit` items; it must be 1 to `most`. Raises BadPage for a wrong cursor or limit.
    """
    if not 1 <= limit <= most:
        raise _bad("limit", f"must be from 1 to {most}")
    way, values = ("next", None) if cursor is None else order.decode(cursor)
    down = order.down if way == "next" else [not falls for falls in order.down]
    if values is not None:
        statement = statement.where(order.after(values, down=down))
    wanted: Any = statement.add_columns(*order.columns).order_by(*order.clauses(down=down))
    options = {PLANNED_ANEW: True}  # what narrows a list is rare or frequent
    try:
        found = session.execute(wanted.limit(limit + 1), execution_options=options).all()
    except (DataError, OverflowError) as error:
        if cursor is None:
            raise
        raise _bad("cursor", "holds a value that no row can have") from error
    more, rows = len(found) > limit, list(found[:limit])
    if way == "previous":
        rows.reverse()
    ends = {"next": more, "previous": cursor is not None}
    if way == "previous":
        ends = {"next": True, "previous": more}
    return Page(
        items=[row[0] for row in rows],
        next=order.encode("next", rows[-1][1:]) if rows and ends["next"] else None,
        previous=order.encode("previous", rows[0][1:]) if rows and ends["previous"] else None,
    )
