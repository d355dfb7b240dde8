"""Statements are compiled once for all databases of a kind (tests/compiling.py)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from fairlead.store import EVERYWHERE, Database


def test_what_one_database_compiled_no_other_compiles(tmp_path: Path) -> None:
    statement = sa.select(sa.literal("of this test", sa.String).label("said"))
    hits = []
    for name in ("one", "other"):
        url = f"sqlite:///{tmp_path / name}.db"
        with closing(Database(url, name=name)) as database, database.reading(EVERYWHERE) as session:
            found: Any = session.connection().execute(statement)
            hits.append(found.context.cache_hit)
            assert found.scalar() == "of this test"
    assert [hit.name for hit in hits] == ["CACHE_MISS", "CACHE_HIT"]
