"""Statements compiled once for all databases of a kind; a plugin of every test run.

SQLAlchemy keeps what it compiled for each engine by itself, and each test has an engine of its own:
a sixth of the tests' time went into compiling the same statements again for every test.
"""

from __future__ import annotations

import functools
import sys
from typing import Any

import pytest

STATEMENTS = 4_000  # kept of each kind of database: as many as one service has, and some more


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the databases that are opened from now on share, where tests have any."""
    database: Any = sys.modules.get("fairlead.store.database")
    if database is None or hasattr(database.guard, "shared"):
        return
    guard = database.guard

    @functools.wraps(guard)
    def share(engine: Any) -> None:
        guard(engine)
        kind = _alike(engine.dialect.__class__)
        engine.dialect.__class__ = kind
        engine._compiled_cache = _statements(kind)

    share.shared = True  # type: ignore[attr-defined]
    database.guard = share


@functools.cache
def _alike(plain: Any) -> Any:
    """A dialect whose objects are all equal: they are part of the key of a compiled statement."""
    return type(
        f"Alike{plain.__name__}",
        (plain,),
        {
            "__eq__": lambda one, other: type(one) is type(other),
            "__hash__": lambda one: hash(type(one)),
            "supports_statement_cache": True,  # asked of each class by itself
        },
    )


@functools.cache
def _statements(kind: Any) -> Any:
    from sqlalchemy.util import LRUCache  # by now it is imported

    return LRUCache(STATEMENTS)
