"""Every row belongs to an organisation, and a session sees the rows of one: it is held here.

A session is opened for one organisation or, said explicitly, for EVERYWHERE. In one organisation
- what the ORM reads, updates or deletes gets the organisation's criterion, wherever a scoped class
  stands in the statement;
- what it inserts gets the organisation, and another organisation's is refused;
- whatever has still come to the database without the criterion is refused: the compiler counts
  the scoped tables that it writes into a statement and the criteria, and they must be equal. So
  `text()`, Core on a scoped table, and a hole in the ORM's own care end in ScopeViolation and not
  in another organisation's data.
On PostgreSQL row-level security stands behind all this (`row_security.py`).
"""

from __future__ import annotations

import enum
import functools
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import sqlalchemy as sa
from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection, Dialect, Engine, ExecutionContext
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.compiler import SQLCompiler

from .versioning import stale

COLUMN = "organisation_id"
OPTION = "fairlead_scope"


class Everywhere(enum.Enum):
    """The type of EVERYWHERE."""

    EVERYWHERE = "*"


EVERYWHERE: Final = Everywhere.EVERYWHERE
"""All organisations: for the system's own work, which must say so."""

Reach: TypeAlias = uuid.UUID | Literal[Everywhere.EVERYWHERE]
"""What a session sees: one organisation, by its id, or EVERYWHERE."""


class ScopeViolation(RuntimeError):
    """A statement or an object would cross the border of the session's organisation."""


class ReadOnly(RuntimeError):
    """A session that was opened for reading was asked to write."""


class OrganisationId(sa.Uuid[uuid.UUID]):
    """The type of the column that scopes a table; by it a scoped table is recognised."""


@dataclass(eq=False)
class Scope:
    """What one session may see and do."""

    reach: Reach
    writable: bool
    flushing: bool = False
    checked: ExecutionContext | None = None

    def __post_init__(self) -> None:
        if self.reach is not EVERYWHERE and not isinstance(self.reach, uuid.UUID):
            raise TypeError(f"an organisation is a UUID, or EVERYWHERE; not {self.reach!r}")

    @functools.cached_property
    def criterion(self) -> LoaderCriteriaOption | None:
        """What limits the ORM's statements to the organisation."""
        reach = self.reach
        if reach is EVERYWHERE:
            return None
        # Propagated to loaders, because joined eager loading takes no other criteria.
        return with_loader_criteria(
            Scoped, lambda cls: cls.organisation_id == reach, include_aliases=True
        )


def _organisation(context: Any) -> uuid.UUID:
    """The organisation of the session that inserts."""
    scope: Scope | None = context.execution_options.get(OPTION)
    if scope is None or scope.reach is EVERYWHERE:
        raise ScopeViolation("under EVERYWHERE an insert must say its organisation_id")
    return scope.reach


class Scoped:
    """Mixin of a table whose rows each belong to an organisation.

    Put `organisation_id` first into its indexes and unique constraints. A foreign key to another
    scoped table should be of both columns, (organisation_id, other_id), because no database looks
    at organisations when it checks a foreign key.
    """

    organisation_id: Mapped[uuid.UUID] = mapped_column(
        OrganisationId(), nullable=False, default=_organisation
    )


class ScopedSession(Session):
    """A session of one `Scope`. It is opened and ended by `Database`, never by who uses it."""

    def __init__(self, bind: Connection, scope: Scope) -> None:
        super().__init__(bind, expire_on_commit=False, autoflush=scope.writable)
        self.scope = scope

    def flush(self, objects: Any = None) -> None:
        """Write what changed; raises StaleVersion when a row is not as it was read."""
        try:
            super().flush(objects)
        except StaleDataError as error:
            raise stale() from error
        finally:
            self.scope.flushing = False


def organisation_of(session: Session) -> uuid.UUID | None:
    """The organisation that `session` was opened for; None for EVERYWHERE."""
    reach = _scope(session).reach
    return None if reach is EVERYWHERE else reach


def _scope(session: Session) -> Scope:
    if not isinstance(session, ScopedSession):
        raise ScopeViolation("a session is opened by Database.transaction or Database.reading")
    return session.scope


@event.listens_for(ScopedSession, "do_orm_execute")
def _limit(state: ORMExecuteState) -> None:
    criterion = _scope(state.session).criterion
    statement: Any = state.statement
    options = getattr(statement, "_with_options", None)
    if criterion is None or options is None:
        return
    # A relationship's load may have inherited it; a second one would upset the count.
    if criterion not in options:
        statement = statement.options(criterion)
    # The ORM takes no criteria for an object that it has and loads again.
    if state.is_column_load and state.bind_mapper and issubclass(state.bind_mapper.class_, Scoped):
        statement = statement.where(criterion._resolve_where_criteria(state.bind_mapper))
    state.statement = statement


@event.listens_for(ScopedSession, "before_flush")
def _check_objects(session: Session, context: object, instances: object) -> None:
    scope = _scope(session)
    if not scope.writable:
        raise ReadOnly("opened by Database.reading: nothing can be changed here")
    scope.flushing = True
    if scope.reach is EVERYWHERE:
        return
    for instance in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(instance, Scoped):
            continue
        before = inspect(instance).attrs.organisation_id.history.deleted or ()
        for organisation in (instance.organisation_id, *before):
            if organisation not in (None, scope.reach):
                raise ScopeViolation(
                    f"{type(instance).__name__} belongs to another organisation than the session"
                )


def _is_scoped(table: Any) -> bool:
    return isinstance(table, sa.Table) and any(isinstance(c.type, OrganisationId) for c in table.c)


class ScopeCounter(SQLCompiler):
    """What a statement compiler notes for the guard, mixed into each dialect's own compiler."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Scoped tables written, less the criteria: by the depth of the SELECT and by the name
        # there, because the ORM can put a criterion on the wrong one (a self-referential `has`).
        self.open_tables: Counter[tuple[int, str]] = Counter()
        self.refusals: list[str] = []
        super().__init__(*args, **kwargs)

    def visit_table(self, table: Any, asfrom: bool = False, **kw: Any) -> str:  # type: ignore[override]
        if asfrom and _is_scoped(table):
            alias = kw.get("enclosing_alias")
            named = alias if alias is not None and alias.element is table else table
            self.open_tables[len(self.stack), named.name] += 1
        return super().visit_table(table, asfrom=asfrom, **kw)  # type: ignore[no-untyped-call, no-any-return]

    def visit_binary(self, binary: Any, **kw: Any) -> str:  # type: ignore[override]
        if "for_loader_criteria" in binary._annotations and isinstance(
            binary.left.type, OrganisationId
        ):
            source = binary.left.table
            if _is_scoped(getattr(source, "element", source)):  # a table, or an alias of one
                self.open_tables[len(self.stack), source.name] -= 1
        return super().visit_binary(binary, **kw)  # type: ignore[no-untyped-call, no-any-return]

    def visit_textclause(self, textclause: Any, **kw: Any) -> str:  # type: ignore[override]
        self.refusals.append("text() may read any table")
        return super().visit_textclause(textclause, **kw)  # type: ignore[no-untyped-call, no-any-return]

    def visit_tstring(self, tstring: Any, **kw: Any) -> str:  # type: ignore[override]
        self.refusals.append("tstring() may read any table")
        return super().visit_tstring(tstring, **kw)  # type: ignore[no-untyped-call, no-any-return]

    def visit_column(self, column: Any, *args: Any, **kw: Any) -> str:
        if column.is_literal and "select" in column.name.lower():
            self.refusals.append("literal_column() with a SELECT may read any table")
        return super().visit_column(column, *args, **kw)

    def visit_insert(self, insert_stmt: Any, *args: Any, **kw: Any) -> str:
        sql: str = super().visit_insert(insert_stmt, *args, **kw)  # type: ignore[no-untyped-call]
        # The names that the ORM gives to the column's value, in one row and in the first of many.
        plain = {COLUMN, f"{COLUMN}_m0"} & {*self._organisations()}
        if _is_scoped(insert_stmt.table) and not plain:
            self.refusals.append("organisation_id must be inserted as a plain value")
        return sql

    def visit_on_conflict_do_update(self, on_conflict: Any, **kw: Any) -> str:
        table = self.current_executable.table
        target = on_conflict.inferred_target_elements or ()
        if _is_scoped(table) and COLUMN not in [getattr(c, "key", c) for c in target]:
            self.refusals.append(
                "ON CONFLICT DO UPDATE may change another organisation's row unless its "
                "index_elements contain organisation_id"
            )
        return super().visit_on_conflict_do_update(on_conflict, **kw)  # type: ignore[misc, no-any-return]

    @functools.cached_property
    def organisations(self) -> list[str]:
        """The names of the whole statement's parameters that are organisations."""
        return list(self._organisations())

    def _organisations(self) -> Iterator[str]:
        for bind, name in self.bind_names.items():
            if isinstance(bind.type, OrganisationId):
                yield name


def guard(engine: Engine) -> None:
    """Let nothing out of the scoped sessions on `engine` that their scope does not allow."""
    dialect: Dialect = engine.dialect
    plain = dialect.statement_compiler
    dialect.statement_compiler = type(f"Scope{plain.__name__}", (ScopeCounter, plain), {})
    event.listen(engine, "before_cursor_execute", _check_statement)


def _check_statement(
    connection: Connection,
    cursor: object,
    sql: str,
    parameters: object,
    context: Any,
    executemany: bool,
) -> None:
    scope: Scope | None = context.execution_options.get(OPTION)
    if scope is None or scope.checked is context:
        return
    compiled: ScopeCounter | None = context.compiled
    writes = compiled is not None and (compiled.isinsert or compiled.isupdate or compiled.isdelete)
    if writes and not scope.writable:
        raise ReadOnly("opened by Database.reading: nothing can be changed here")
    if scope.reach is EVERYWHERE:
        return
    if not isinstance(compiled, ScopeCounter):
        raise _violation("SQL for the driver may read any table", sql)
    if compiled.refusals:
        raise _violation(compiled.refusals[0], sql)
    # In a flush, rows are named by their keys, and their objects have been checked.
    if any(compiled.open_tables.values()) and not (scope.flushing and writes):
        raise _violation("a scoped table in it is not limited to the organisation", sql)
    if compiled.isinsert or compiled.isupdate:
        reach = scope.reach
        for name in compiled.organisations:
            for values in context.compiled_parameters:
                # Mostly the very object: to compare two ids is a call in Python.
                if values[name] is not reach and values[name] != reach:
                    raise _violation("it writes another organisation's id", sql)
    scope.checked = context


def _violation(reason: str, sql: str) -> ScopeViolation:
    return ScopeViolation(
        f"{reason}; use mapped classes (in select_from(), if one stands only inside a function), "
        f"or open the session with EVERYWHERE. In: {sql[:300]}"
    )
