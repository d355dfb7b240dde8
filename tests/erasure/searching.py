"""Looking for words in every table of every database, and in every file."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import sqlalchemy as sa

from fairlead.store import EVERYWHERE, Database


def found_in(databases: dict[str, Database], files: Path, words: Sequence[str]) -> list[str]:
    """Where one of the words stands, in any case, in a database or a file below `files`."""
    wanted = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    hits = [hit for name, each in databases.items() for hit in _in_database(name, each, wanted)]
    return hits + [
        f"files/{path.name[:12]}: {match[0]!r} in {text[:200]!r}"
        for path in sorted(files.rglob("*"))
        if path.is_file()
        for text in _texts(path.read_bytes())
        if (match := wanted.search(text))
    ]


def _in_database(name: str, database: Database, wanted: re.Pattern[str]) -> Iterator[str]:
    with database.reading(EVERYWHERE) as session:
        connection = session.connection()
        tables = sa.inspect(connection).get_table_names()
        assert "fairlead_outbox" in tables
        for table in tables:
            rows = connection.exec_driver_sql(f'SELECT * FROM "{table}"').mappings()
            for row in rows:
                for column, value in row.items():
                    text = _text(value)
                    if match := wanted.search(text):
                        around = text[max(0, match.start() - 60) : match.end() + 60]
                        yield f"{name}.{table}.{column}: …{around}…"


def _text(value: object) -> str:
    if isinstance(value, memoryview | bytes):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def _texts(content: bytes) -> Iterator[str]:
    """A content as it is, and what is packed or encoded in it."""
    yield content.decode("utf-8", "replace")
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _texts(archive.read(name))
    elif b"\nMIME-Version:" in content or content.startswith(b"Return-Path"):
        for part in message_from_bytes(content, policy=default).walk():
            yield str(part.get("Subject", ""))
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload.decode("utf-8", "replace")
