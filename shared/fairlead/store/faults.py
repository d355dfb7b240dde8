"""What went wrong: the store is away, there is a duplicate, or two transactions collided.

Each question is put to an exception as it was caught: SQLAlchemy's, the driver's, or one raised
`from` these.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

import psycopg
import sqlalchemy as sa
from sqlalchemy import exc

from .tables import constraints


class StoreBusy(Exception):
    """No turn to write was to be had in time."""


# PostgreSQL: errcodes appendix. 08 connection, 53 insufficient resources, 58 system error.
_AWAY_CLASSES = ("08", "53", "58")
_AWAY_STATES = frozenset(
    {
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
        "57P05",  # idle_session_timeout
        "25006",  # read_only_sql_transaction: a server that a failover has made the standby
    }
)
_COLLISIONS = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "55P03",  # lock_not_available
    }
)
_DUPLICATE = "23505"

# SQLite: sqlite.org/rescode.html.
_AWAY_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
_DUPLICATE_CODES = frozenset(
    {
        sqlite3.SQLITE_CONSTRAINT_UNIQUE,
        sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        sqlite3.SQLITE_CONSTRAINT_ROWID,
    }
)
_DUPLICATE_COLUMNS = re.compile(r"UNIQUE constraint failed: (.+)")


def is_overdue(error: BaseException) -> bool:
    """Whether the store ended a statement that took too long, be it for a row held by others."""
    return any(
        isinstance(each, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable)
        for each in _chain(error)
    )


def is_away(error: BaseException) -> bool:
    """Whether the store itself is away or full or locked, and the statement was not wrong.

    Then the same work may be tried later, and nothing must be acknowledged meanwhile. A statement
    that took too long is not away: it would take too long again.
    """
    return any(_is_away(each) for each in _chain(error))


def _is_away(error: BaseException) -> bool:
    if isinstance(error, StoreBusy | exc.TimeoutError):
        return True
    if isinstance(error, psycopg.Error):
        state = error.sqlstate
        if state is None:  # no answer came from a server
            return isinstance(error, psycopg.OperationalError)
        return state.startswith(_AWAY_CLASSES) or state in _AWAY_STATES
    return _sqlite_code(error) & 0xFF in _AWAY_CODES


def is_duplicate(error: BaseException, constraint: str | None = None) -> bool:
    """Whether a row was refused because one with its key is there.

    With `constraint`, the name of a unique constraint or index or of a primary key, whether it
    was that one. Raises LookupError when no table that is declared has such a constraint.
    """
    columns = None if constraint is None else constraints(constraint)
    for each in _chain(error):
        if isinstance(each, psycopg.Error) and each.sqlstate == _DUPLICATE:
            return constraint is None or each.diag.constraint_name == constraint
        if _sqlite_code(each) in _DUPLICATE_CODES:
            found = _DUPLICATE_COLUMNS.search(str(each))
            return columns is None or (found is not None and found[1] in columns)
    return False


def is_serialization(error: BaseException) -> bool:
    """Whether two transactions collided (a deadlock, a lock not had): the whole transaction may
    be run again at once."""
    return any(
        isinstance(each, psycopg.Error) and each.sqlstate in _COLLISIONS for each in _chain(error)
    )


def _sqlite_code(error: BaseException) -> int:
    return getattr(error, "sqlite_errorcode", 0) if isinstance(error, sqlite3.Error) else 0


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        wrapped = error.orig if isinstance(error, sa.exc.StatementError) else None
        error = wrapped or error.__cause__
