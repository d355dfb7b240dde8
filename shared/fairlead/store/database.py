"""A service's database, and the two ways into it: a transaction, and a reading."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import greenlet  # type: ignore[import-untyped]
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.pool import QueuePool

from .. import metrics
from .postgresql import PostgresqlStore
from .scoping import EVERYWHERE, OPTION, Reach, Scope, ScopedSession, guard
from .sqlite import SqliteStore

# All that were open at once stay open for a while: to open one costs both sides some six
# milliseconds, most of it for the proof of the password (SCRAM). The 20 events that a service works
# on at a time, and its relay, timers and calls in between.
POOL_SIZE = 20
MAX_OVERFLOW = 0

_inside: dict[greenlet.greenlet, list[Database]] = {}


class _Store(Protocol):
    engine: Engine

    def turn(self) -> AbstractContextManager[None]: ...
    def options(self, reach: Reach, *, writable: bool) -> dict[str, Any]: ...
    def exclusive(self) -> AbstractContextManager[Connection]: ...


class Database:
    """One service's database.

    `url` is `sqlite:///path/to/file.db` or `postgresql://user:password@host:port/name`; `name` is
    the service's, for metrics and for PostgreSQL's list of clients. Nothing is connected before
    the first use. Raises ValueError for a URL of another kind.
    """

    def __init__(
        self, url: str, *, name: str, pool_size: int = POOL_SIZE, max_overflow: int = MAX_OVERFLOW
    ) -> None:
        self.name = name
        self._store = _store(sa.make_url(url), name, pool_size, max_overflow)
        guard(self._store.engine)
        sa.event.listen(self._store.engine, "handle_error", _plain)
        self._watch_pool()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._store.engine.dialect.name

    def transaction(self, organisation: Reach) -> AbstractContextManager[ScopedSession]:
        """A session that writes, for one organisation or for EVERYWHERE.

        It commits when the block ends and rolls back when the block raises anything, a killed
        greenlet's GreenletExit too. Inside, nothing may wait but for the database: no call, no
        sleep. A second one in the same greenlet raises RuntimeError.

        Raises StoreBusy or SQLAlchemy's errors when the store is away (see `is_away`); when that
        happens in the commit, nobody knows whether it took place. Raises StaleVersion when a
        versioned row was changed meanwhile.
        """
        return self._session(organisation, writable=True)

    def reading(self, organisation: Reach) -> AbstractContextManager[ScopedSession]:
        """A session that only reads, all of it as of one moment, and never holds up a writer.

        Whatever would write raises ReadOnly.
        """
        return self._session(organisation, writable=False)

    def exclusive(self) -> AbstractContextManager[Connection]:
        """A plain connection in a transaction of its own, for migrations: one at a time among all
        processes, and beyond scoping."""
        return self._store.exclusive()

    def ping(self) -> None:
        """Raise when the database does not answer a query."""
        with self.reading(EVERYWHERE) as session:
            session.execute(sa.select(1))

    def close(self) -> None:
        """Close the idle connections; those in use close when they are given back."""
        self._store.engine.dispose()

    @contextmanager
    def _session(self, reach: Reach, *, writable: bool) -> Iterator[ScopedSession]:
        scope = Scope(reach, writable)
        options = self._store.options(reach, writable=writable) | {OPTION: scope}
        with (
            metrics.timed(metrics.STORE_TRANSACTIONS, service=self.name),
            self._entered(),
            self._connection(writable=writable) as pooled,
        ):
            connection = pooled.execution_options(**options)
            with ScopedSession(connection, scope) as session, session.begin():
                session.connection()  # begins now, and takes SQLite's lock
                yield session

    @contextmanager
    def _connection(self, *, writable: bool) -> Iterator[Connection]:
        begun = time.monotonic()
        if not writable:
            with self._store.engine.connect() as connection:
                self._waited(begun)
                yield connection
            return
        # The turn first: who waits for it must not hold a connection meanwhile.
        with self._store.turn(), self._store.engine.connect() as connection:
            self._waited(begun)
            yield connection

    def _waited(self, begun: float) -> None:
        metrics.STORE_WAITED.labels(service=self.name).observe(time.monotonic() - begun)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        here = greenlet.getcurrent()
        databases = _inside.setdefault(here, [])
        if self in databases:
            raise RuntimeError(f"a session of {self.name} is open in this greenlet already")
        databases.append(self)
        try:
            yield
        finally:
            databases.remove(self)
            if not databases:
                del _inside[here]

    def _watch_pool(self) -> None:
        pool = self._store.engine.pool
        assert isinstance(pool, QueuePool)  # for the type checker: both engines have one
        gauge, service = metrics.STORE_CONNECTIONS, self.name
        metrics.watch(gauge, pool.checkedout, service=service, state="used")
        metrics.watch(gauge, pool.checkedin, service=service, state="idle")


def in_transaction() -> bool:
    """Whether this greenlet is inside a transaction or a reading, where it must not wait."""
    return greenlet.getcurrent() in _inside


def _plain(context: ExceptionContext) -> BaseException | None:
    """What a column type or the scoping raised, as itself and not inside SQLAlchemy's error; and
    PostgreSQL's errors without the row in question, which has no place in a log."""
    error, outer = context.original_exception, context.sqlalchemy_exception
    if not isinstance(error, context.dialect.loaded_dbapi.Error):
        return error
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None and diagnosis.message_detail:
        error.args = (diagnosis.message_primary,)
        if outer is not None:
            outer.args = (f"({type(error).__name__}) {diagnosis.message_primary}",)
    return None


def _store(url: sa.URL, name: str, pool_size: int, max_overflow: int) -> _Store:
    kind = url.drivername.partition("+")[0]
    if kind == "sqlite":
        return SqliteStore(url, pool_size=pool_size, max_overflow=max_overflow)
    if kind in ("postgresql", "postgres"):
        return PostgresqlStore(url, name=name, pool_size=pool_size, max_overflow=max_overflow)
    raise ValueError(f"the store is SQLite or PostgreSQL, not {url.drivername!r}")
