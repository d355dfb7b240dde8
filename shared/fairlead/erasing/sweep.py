"""Taking somebody's names and addresses out of all tables of a service, some rows at a time.

Every table is gone through in the order of its key, so that a table which is new tomorrow is swept
without anybody thinking of it. The database finds the rows that may have one of the words, and what
they have is looked at and written here, through the mapped classes: so JSON stays of its type and
the words index follows.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, class_mapper
from sqlalchemy.orm.attributes import InstrumentedAttribute

from ..bus.inbox import InboxRow
from ..bus.outbox import OutboxRow
from ..jobs.rows import JobPart, JobRow
from ..store import BadPage, Json, Scoped, ZoneName, organisation_of
from .traces import Traces

ROWS: Final = 4000  # that one step goes through, at least
_SHARED: Final = (OutboxRow, InboxRow, JobRow, JobPart)

Treatment: TypeAlias = Callable[[Session, Any, Traces], bool | None]
"""What is done with a row that has one of the words; whether it changed anything. Where it answers
None they are taken out as everywhere."""


@dataclass(frozen=True, slots=True)
class Swept:
    """A step: the rows that were changed, not yet committed, and where the next step begins."""

    rows: list[Any] = field(default_factory=list)
    cursor: str | None = None


class Sweep:
    """Over the tables of `base` and those that every service has.

    `spared` are tables that know nobody but the organisation's own people, `treated` those whose
    rows are not simply written.
    """

    def __init__(
        self,
        base: type[DeclarativeBase],
        *,
        spared: Collection[type] = (),
        treated: Mapping[type, Treatment] | None = None,
    ) -> None:
        self._base = base
        self._spared = frozenset(spared)
        self._treated: dict[type, Treatment] = {InboxRow: _settle_event, **(treated or {})}

    @functools.cached_property
    def _tables(self) -> list[Any]:
        # Looked for when they are needed: by then every module has declared its own.
        own = {mapper.class_ for mapper in self._base.registry.mappers} - self._spared
        return [*sorted(own, key=lambda each: str(each.__tablename__)), *_SHARED]

    def step(self, session: Session, traces: Traces, cursor: str | None) -> Swept:
        """The next rows; `cursor` None begins."""
        if not traces:
            return Swept()
        number, after = (0, None) if cursor is None else self._decode(cursor)
        changed: list[Any] = []
        seen = 0
        while number < len(self._tables) and seen < ROWS:
            table = self._tables[number]
            end = _end_of_turn(session, table, after)
            changed += self._sweep(session, table, traces, after, end)
            seen += ROWS if end is not None else ROWS // 20
            number, after = (number, end) if end is not None else (number + 1, None)
        session.flush()
        more = number < len(self._tables)
        return Swept(changed, _encode(number, after) if more else None)

    def _sweep(
        self, session: Session, table: type, traces: Traces, after: Any, end: Any
    ) -> Iterator[Any]:
        columns = _columns(table)
        if not columns:
            return
        wanted: sa.Select[Any] = sa.select(table).where(*_between(table, after, end))
        texts = [column for column in columns if not _is_bytes(column)]
        if len(texts) == len(columns):  # what is in bytes no database reads
            wanted = wanted.where(sa.or_(*_may_have(texts, traces)))
        wanted = wanted.with_for_update(of=table).execution_options(populate_existing=True)
        for row in session.scalars(wanted):
            if _is_of(session, row) and self.clean(session, row, traces):
                yield row

    def _decode(self, cursor: str) -> tuple[int, list[Any] | None]:
        try:
            number, after = msgspec.json.decode(base64.urlsafe_b64decode(cursor))
            kinds = [column.type.python_type for column in _key(self._tables[number])]
            if after is None:
                return number, None
            pairs = zip(after, kinds, strict=True)
            return number, [msgspec.convert(value, kind) for value, kind in pairs]
        except (ValueError, IndexError, TypeError) as error:
            raise BadPage.field("store.bad_page", "cursor", "is not a cursor") from error

    def clean(self, session: Session, row: Any, traces: Traces) -> bool:
        """Take the words out of one row; whether that changed anything."""
        cleaned: dict[str, Any] = {}
        for column in _columns(row.__class__):
            before = _plain(column, getattr(row, column.key))
            after = traces.without(before)
            if after != before:
                cleaned[column.key] = _typed(column, after)
        if not cleaned:
            return False
        treatment = self._treated.get(type(row))
        done = None if treatment is None else treatment(session, row, traces)
        if done is not None:
            return done
        for name, value in cleaned.items():
            setattr(row, name, value)
        return True


# Events of these say something of one person, or to one; what others say is of things that stay.
_ABOUT_SOMEBODY = (
    "comment.", "contact.", "conversation.", "delivery.", "draft.", "message.received",
    "notice.", "notification.", "schedule.",
)  # fmt: skip


def _settle_event(session: Session, row: InboxRow, traces: Traces) -> bool | None:
    """An event that failed, and would bring back what is erased, has no effect any more."""
    if row.topic and not row.topic.startswith(_ABOUT_SOMEBODY):
        return None
    session.delete(row)
    return True


def _is_of(session: Session, row: Any) -> bool:
    """Whether a row is the session's organisation's: tables of events are of all of them."""
    if isinstance(row, Scoped):
        return True
    body = getattr(row, "body", None)
    return body is not None and str(organisation_of(session)).encode() in body


@functools.cache
def _columns(table: Any) -> tuple[InstrumentedAttribute[Any], ...]:
    """The mapped columns that may hold words. Keys are names of the service's own."""
    mapper: Mapper[Any] = class_mapper(table)
    return tuple(
        getattr(table, each.key)
        for each in mapper.column_attrs
        if _holds_words(each.columns[0]) and not each.columns[0].primary_key
    )


def _holds_words(column: Any) -> bool:
    if not isinstance(column, sa.Column):
        return False
    kind = column.type
    if isinstance(kind, sa.Enum | ZoneName):
        return False
    return isinstance(kind, sa.String | sa.JSON | sa.LargeBinary | Json)


def _is_bytes(column: Any) -> bool:
    return isinstance(column.type, sa.LargeBinary)


def _plain(column: Any, value: Any) -> Any:
    """A column's value as texts within lists and dictionaries."""
    return msgspec.to_builtins(value, str_keys=True) if isinstance(column.type, Json) else value


def _typed(column: Any, value: Any) -> Any:
    if isinstance(column.type, Json):
        return msgspec.convert(value, column.type.kind, str_keys=True)
    length = getattr(column.type, "length", None)
    return value[:length] if length and isinstance(value, str) else value


def _may_have(columns: Sequence[Any], traces: Traces) -> Iterator[sa.ColumnElement[bool]]:
    for column in columns:
        text = sa.func.lower(sa.cast(column, sa.Text))
        for pattern in traces.like:
            yield text.like(pattern)


@functools.cache
def _key(table: type) -> tuple[InstrumentedAttribute[Any], ...]:
    """What a table is gone through by; the organisation is the same in all its rows."""
    mapper: Mapper[Any] = class_mapper(table)
    names = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
    return tuple(getattr(table, name) for name in names if name != "organisation_id")


def _between(table: type, after: Any, end: Any) -> list[sa.ColumnElement[bool]]:
    key = _key(table)
    if not key:
        return []
    place = sa.tuple_(*key)
    bounds = []
    if after is not None:
        bounds.append(place > sa.tuple_(*_bound(key, after)))
    if end is not None:
        bounds.append(place <= sa.tuple_(*_bound(key, end)))
    return bounds


def _bound(key: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    return [sa.literal(value, column.type) for column, value in zip(key, values, strict=True)]


def _end_of_turn(session: Session, table: type, after: Any) -> list[Any] | None:
    """The key of the row with which a turn ends; None where the table ends before."""
    key = _key(table)
    if not key:
        return None
    wanted = sa.select(*key).where(*_between(table, after, None)).order_by(*key)
    found = session.execute(wanted.offset(ROWS - 1).limit(1)).first()
    return None if found is None else list(found)


def _encode(number: int, after: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([number, after])).decode()
