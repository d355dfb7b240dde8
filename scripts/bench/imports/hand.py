"""The rows that an import made, and how somebody inserts them who knows them all beforehand."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from fairlead.jobs.sheets import AT_ONCE

# The tables of an import in the order of their foreign keys, and what says whose a row is. Words
# are everybody's, and an event is told apart by nothing: they are dealt out evenly.
WHOSE: Mapping[str, str | None] = {
    "contacts": "id",
    "addresses": "contact_id",
    "identities": "contact_id",
    "marks": "contact_id",
    "fairlead_search_terms": "document",
    "fairlead_search_forms": None,
    "fairlead_outbox": None,
}

Rows = dict[str, list[tuple[Any, ...]]]


def transactions(path: Path) -> list[Rows]:
    """What each transaction of the import wrote, by table."""
    with closing(sqlite3.connect(path)) as connection:
        ids = [id for (id,) in connection.execute("SELECT id FROM contacts ORDER BY id")]
        place = {id: number // AT_ONCE for number, id in enumerate(ids)}
        count = max(place.values()) + 1
        found: list[Rows] = [defaultdict(list) for _ in range(count)]
        for table, whose in WHOSE.items():
            cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 — one of ours
            names = [column[0] for column in cursor.description]
            for number, row in enumerate(cursor):
                at = number % count if whose is None else place[row[names.index(whose)]]
                found[at][table].append(row)
    return found


def insert(path: Path, content: bytes, made: Sequence[Rows]) -> None:
    """Read the list, and insert the rows in as many transactions: by sqlite3 alone, as durable."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        rows = csv.reader(io.StringIO(content.decode()))
        next(rows)
        for tables in made:
            assert list(islice(rows, AT_ONCE))
            connection.execute("BEGIN IMMEDIATE")
            for table, some in tables.items():
                marks = ", ".join("?" * len(some[0]))
                connection.executemany(
                    f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608
                    some,
                )
            connection.execute("COMMIT")
