"""PostgreSQL (14 or newer) through psycopg: the pool, its limits, and who a transaction is for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, LiteralString, Self, TypeVar

import psycopg
from sqlalchemy import URL, create_engine, event, func, select
from sqlalchemy.engine import Connection, ExecutionContext
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from . import green
from .columns import dump_json, load_json
from .row_security import EVERYTHING, SETTING
from .scoping import EVERYWHERE, OPTION, Reach

if TYPE_CHECKING:
    from psycopg.abc import Params, PQGen, PQGenConn

T = TypeVar("T")

BEGIN = "fairlead_begin"
# A statement with this execution option is planned for its values each time. One that was prepared
# is planned once for all: for a tag that two contacts have as for one that every second has.
PLANNED_ANEW = "fairlead_planned_anew"
WAIT_SECONDS = 10.0
STATEMENT_SECONDS = 30
IDLE_SECONDS = 60
KEPT_SECONDS = 300  # unused: the last used is taken first, so that a burst's connections end
CONNECT_SECONDS = 5
GONE_SECONDS = 1
RECYCLE_SECONDS = 1800
TRUSTED_SECONDS = 1.0  # a connection that was in use so lately is not asked whether it lives
MIGRATION_LOCK = 0x0F41_71EA_D000_0001  # any number, the same for all replicas
DDL_WAIT = "5s"


class PostgresqlStore:
    """One PostgreSQL database: its engine, and what begins its transactions."""

    def __init__(self, url: URL, *, name: str, pool_size: int, max_overflow: int) -> None:
        settings = {
            "statement_timeout": f"{STATEMENT_SECONDS}s",
            # Who waits for something else inside a transaction holds locks and a connection.
            "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
            "idle_session_timeout": f"{KEPT_SECONDS}s",
            # A query whose client is gone (its greenlet was killed) ends, and frees its locks.
            "client_connection_check_interval": f"{GONE_SECONDS}s",
            "timezone": "UTC",
            # Each query reads a few rows by an index. Where the planner takes it for a large one,
            # to start helping processes or a compiler takes longer than the whole query.
            "max_parallel_workers_per_gather": "0",
            "jit": "off",
        }
        self.engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=WAIT_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_use_lifo=True,
            hide_parameters=True,  # errors are logged, and message bodies must not be
            json_serializer=dump_json,
            json_deserializer=load_json,
            connect_args={
                "application_name": name,
                "connect_timeout": CONNECT_SECONDS,
                "options": " ".join(f"-c {key}={value}" for key, value in settings.items()),
                # A server that vanished without a word is noticed within a minute.
                "keepalives_idle": 20,
                "keepalives_interval": 10,
                "keepalives_count": 3,
                "tcp_user_timeout": 50_000,
            },
        )
        event.listen(self.engine, "do_connect", _connect)
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)
        event.listen(self.engine, "do_execute", _execute)
        event.listen(self.engine, "checkin", _note_time)
        event.listen(self.engine, "checkout", _check_idle)

    def turn(self) -> AbstractContextManager[None]:
        """Nothing: PostgreSQL's writers do not wait for one another."""
        return nullcontext()

    def options(self, reach: Reach, *, writable: bool) -> dict[str, Any]:
        """A connection's options for one transaction; a reader sees one moment throughout."""
        begin = "BEGIN" if writable else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        whose = EVERYTHING if reach is EVERYWHERE else str(reach)
        # In one round trip: it begins, and row-level security knows whose rows may be seen.
        return {BEGIN: f"{begin}; SET LOCAL {SETTING} = '{whose}'"}

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """A transaction for migrations, one at a time among all replicas.

        A table that a long transaction holds is given up after DDL_WAIT: whoever comes after us
        on that table would wait for as long as we do.
        """
        options = self.options(EVERYWHERE, writable=True)
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{DDL_WAIT}'")
            yield connection


class _Connection(psycopg.Connection[Any]):
    """One whose queries wait on eventlet's hub."""

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> PQGenConn[Self]:
        return green.opening(super()._connect_gen(conninfo))

    def wait(self, gen: PQGen[T], *limits: Any, **more: Any) -> T:
        if limits or more:
            return super().wait(gen, *limits, **more)
        return green.wait(gen, self.pgconn.socket)


def _connect(
    dialect: object, record: object, arguments: Any, options: Any
) -> psycopg.Connection[Any] | None:
    return _Connection.connect(*arguments, **options) if green.is_green() else None


def _prepare(driver: psycopg.Connection, record: object) -> None:
    driver.autocommit = True  # we say BEGIN; the driver would take a round trip of its own for it


def _begin(connection: Connection) -> None:
    begin: str = connection.get_execution_options().get(BEGIN, "BEGIN")
    driver = connection.connection.driver_connection
    assert driver is not None  # for the type checker: it is connected
    try:
        driver.execute(begin, prepare=False)  # past SQLAlchemy, whose way costs twice as much
    except psycopg.Error:
        connection.exec_driver_sql(begin, execution_options={OPTION: None})  # and lets all know


def _execute(
    cursor: psycopg.Cursor, sql: LiteralString, values: Params | None, context: ExecutionContext
) -> bool:
    """Execute what is planned anew; whether it was."""
    anew = PLANNED_ANEW in context.execution_options
    if anew:
        cursor.execute(sql, values, prepare=False)
    return anew


def _note_time(driver: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _check_idle(driver: psycopg.Connection, record: ConnectionPoolEntry, proxy: object) -> None:
    """Let nobody meet dead connections: of a server that was restarted, or idle for too long."""
    now = time.monotonic()
    idle = now - record.info.get("used", now)
    if idle < TRUSTED_SECONDS:
        return
    if idle >= KEPT_SECONDS:
        raise DisconnectionError("the server has closed it, or is about to")
    try:
        driver.execute("SELECT 1")
    except psycopg.Error as error:
        raise InvalidatePoolError from error
