"""Migrations: each package's own history of its tables, the same on both databases.

A history is the folder `<package>/migrations/versions`, and a table in the database, named after
the package (`contacts_version`), says how far it went. Fairlead's own tables have one too, which
goes first. Histories only go forward: a revision must leave the tables fit for the code before it,
so that going back is deploying the old code.

A package says what its tables should be in `<package>/migrations/tables.py`, as `metadata`;
`python -m fairlead.store.migrations new <package> "what changes"` writes the next revision.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec

import sqlalchemy as sa
import structlog

from ..database import Database
from ..green import Turn, new_turn
from ..scoping import EVERYWHERE
from .history import History

__all__ = ["FAIRLEAD", "declared", "migrate", "pending"]

FAIRLEAD = "fairlead.store"

log = structlog.get_logger(__name__)


def migrate(database: Database, package: str) -> None:
    """Bring fairlead's tables and then `package`'s to what the code expects.

    All of it or nothing, in one transaction; replicas that start together go one after another.
    A database that is ahead of the code is left as it is. Raises what the database raises;
    `is_away` says which of it may be tried again.
    """
    with _alone(), database.exclusive() as connection:
        for history in _histories(package):
            done = history.upgrade(connection)
            log.info("migrated", package=history.package, revisions=done)


def pending(database: Database, package: str) -> bool:
    """Whether `migrate` would have something to do."""
    with database.reading(EVERYWHERE) as session:
        connection = session.connection()
        return any(history.missing(connection) for history in _histories(package))


def declared(package: str) -> sa.MetaData:
    """What `package` has declared; no tables where it has no history."""
    try:
        has_history = find_spec(f"{package}.migrations") is not None
    except ModuleNotFoundError:  # it is a module, or none
        has_history = False
    return History(package).metadata if has_history else sa.MetaData()


@functools.cache
def _alone() -> Turn:
    # Alembic's `op` is one for the process.
    return new_turn()


def _histories(package: str) -> list[History]:
    return [History(each) for each in dict.fromkeys((FAIRLEAD, package))]
