"""Databases full of rows, loaded once and kept from one run of the benchmarks to the next."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import psycopg

from fairlead.store import Database
from fairlead.store.migrations import migrate
from scripts.servers.postgresql import PostgreSQL


def kept(
    server: PostgreSQL, name: str, service: str, what: str, load: Callable[[Database], None]
) -> str:
    """The URL of the database `name` of `service`, which `load` fills now unless it did before.

    The service's migrations run on it each time, and its statistics are made anew. What an
    interrupted run left is dropped. How long loading took is printed, with `what` was loaded.
    """
    url = server.ensure_database(name)
    mark = mark_of(server, name)
    if not mark.exists():
        server.drop_database(url)
        url = server.ensure_database(name)
    with closing(Database(url, name="bench")) as database:
        migrate(database, service)
        if not mark.exists():
            print(f"loading {what}, once …", flush=True)
            begun = time.monotonic()
            load(database)
            mark.touch()
            print(f"loaded in {time.monotonic() - begun:.0f} s", flush=True)
    with psycopg.connect(as_superuser(server, name), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return url


def state_of(sources: Iterable[Path]) -> str:
    """What makes the rows, for a database's name: another one for other rows."""
    contents = b"".join(path.read_bytes() for path in sources)
    return hashlib.sha256(contents).hexdigest()[:8]


def mark_of(server: PostgreSQL, name: str) -> Path:
    """The file that stands once the database `name` is loaded whole."""
    return server.folder / f"{name}.loaded"


def as_superuser(server: PostgreSQL, name: str) -> str:
    """The URL of the database `name` for the superuser, whom row-level security lets through."""
    return f"{server.superuser_url.rpartition('/')[0]}/{name}"
