"""SQLite for the embedded way to run: one file a service, one writer at a time.

SQLite's own wait for a lock stops the whole process, eventlet's hub with it, so that the greenlet
which holds the lock can never finish. Hence one turn for each file's writers, waited for green;
SQLite itself waits only for other processes, and only a moment before we wait green again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, create_engine, event
from sqlalchemy.engine import Connection

from .columns import dump_json, load_json
from .faults import StoreBusy
from .green import Turn, new_turn
from .scoping import Reach

T = TypeVar("T")

BEGIN = "fairlead_begin"
WAIT_SECONDS = 10.0
BUSY_MS = 20  # nothing else runs in the process meanwhile
PAUSE_SECONDS = 0.01
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

_turns: dict[str, Turn] = {}


class SqliteStore:
    """One SQLite file: its engine, and the turn of its writers."""

    def __init__(self, url: URL, *, pool_size: int, max_overflow: int) -> None:
        if not url.database or url.database.startswith((":memory:", "file:")):
            raise ValueError("the store wants a SQLite file with a plain path")
        self._turn = _turns.setdefault(os.path.realpath(url.database), new_turn())
        self.engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=WAIT_SECONDS,
            hide_parameters=True,  # errors are logged, and message bodies must not be
            json_serializer=dump_json,
            json_deserializer=load_json,
        )
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to write; raises StoreBusy when it is not given within WAIT_SECONDS."""
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise StoreBusy(f"no turn to write within {WAIT_SECONDS:.0f} s")
        try:
            yield
        finally:
            self._turn.release()

    def options(self, reach: Reach, *, writable: bool) -> dict[str, Any]:
        """A connection's options for one transaction; a reader sees one moment throughout."""
        return {BEGIN: "BEGIN IMMEDIATE" if writable else "BEGIN"}

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """A transaction for migrations, alone in the database, foreign keys checked at its end.

        They cannot be on in between: altering a table rebuilds it, and dropping the old one would
        delete what refers to it (sqlite.org/lang_altertable.html §7).
        """
        with self.turn(), self.engine.connect() as pooled:
            connection = pooled.execution_options(**{BEGIN: "BEGIN EXCLUSIVE"})
            driver = connection.connection.driver_connection
            assert driver is not None  # for the type checker: it is connected
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    broken = driver.execute("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise sqlite3.IntegrityError(
                            f"{len(broken)} rows refer to nothing, the first in {broken[0][0]}"
                        )
            finally:
                driver.execute("PRAGMA foreign_keys=ON")


def _prepare(driver: sqlite3.Connection, record: object) -> None:
    driver.isolation_level = None  # we say BEGIN; the driver would say it late and DEFERRED
    driver.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    _patiently(lambda: driver.execute("PRAGMA journal_mode=WAL"))
    driver.execute("PRAGMA synchronous=NORMAL")
    driver.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # for the type checker: it is connected
    begin: str = connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE")
    driver.execute(f"PRAGMA query_only={int(begin == 'BEGIN')}")
    _patiently(lambda: driver.execute(begin))


def _patiently(attempt: Callable[[], T]) -> T:
    """`attempt`, again while another process holds the lock, for WAIT_SECONDS at most."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return attempt()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in LOCKED or time.monotonic() >= deadline:
                raise
        time.sleep(PAUSE_SECONDS)
