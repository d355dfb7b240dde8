"""What was gathered of a person as a ZIP file: a page to read, JSON for programs, and her files."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import msgspec

from contracts.common import FileRef
from contracts.persons import PersonRecord
from fairlead.errors import NotFound
from fairlead.files import CHUNK, FileStore

_STRANGE = re.compile(r"[^\w.\- ]+")
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>All that is known of you</title><style>
body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
section{border-top:1px solid #ccc;padding:.5rem 0}dt{font-weight:bold}dd{margin:0 0 .3rem 1rem;
white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body>
<h1>All that is known of you</h1>
<p>Each part is a service of our system. The same for programs is in the JSON files beside this
page; the files that belong to it are in the folder <code>files</code>.</p>
"""


class Gathered(msgspec.Struct):
    """A record and who has it."""

    service: str
    record: PersonRecord


def pack(
    gathered: Iterable[Gathered], files: FileStore, organisation: UUID, target: IO[bytes]
) -> None:
    """Write the ZIP file. A content that is no more is named and left out."""
    of_service: dict[str, list[PersonRecord]] = defaultdict(list)
    for each in gathered:
        of_service[each.service].append(each.record)
    numbers = count(1)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        page = [_HEAD]
        for service, records in of_service.items():
            page.append(f"<h2>{html.escape(service)}</h2>\n")
            told = []
            for record in records:
                names = [
                    _add(archive, files, organisation, file, next(numbers)) for file in record.files
                ]
                told.append(_told(record, names))
                page.extend(_section(record, names))
            archive.writestr(f"{service}.json", msgspec.json.format(msgspec.json.encode(told)))
        page.append("</body></html>\n")
        archive.writestr("index.html", "".join(page))


def _told(record: PersonRecord, names: list[str]) -> dict[str, Any]:
    return {"kind": record.kind, "at": record.at, "files": names, "data": record.data}


def _add(archive: ZipFile, files: FileStore, organisation: UUID, file: FileRef, number: int) -> str:
    """Put a file in; returns where it is. What is attached is mostly packed already."""
    name = f"files/{number:04d} {_safe(file.name)}"
    with suppress(NotFound), files.open(organisation, file.key) as stream:
        archive.compression = ZIP_STORED
        with archive.open(name, "w") as target:
            while chunk := stream.read(CHUNK):
                target.write(chunk)
        archive.compression = ZIP_DEFLATED
        return name
    return f"{name} (no longer stored)"


def _safe(name: str) -> str:
    """A name that is one file's on every system, its ending kept."""
    path = PurePosixPath(_STRANGE.sub("_", name).strip(". ") or "file")
    return path.stem[:80] + path.suffix[:20]


def _section(record: PersonRecord, names: list[str]) -> Iterator[str]:
    when = "" if record.at is None else f", {record.at:%Y-%m-%d %H:%M} UTC"
    yield f"<section><h3>{html.escape(record.kind.replace('_', ' '))}{when}</h3><dl>\n"
    for path, value in _fields(record.data):
        yield f"<dt>{html.escape(path)}</dt><dd>{html.escape(value)}</dd>\n"
    for name in names:
        yield f'<dd><a href="{html.escape(name)}">{html.escape(name)}</a></dd>\n'
    yield "</dl></section>\n"


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What is there, without blanks; one line for each field."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _fields(each, f"{path} › {name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for number, each in enumerate(value, 1):
            yield from _fields(each, f"{path} {number}")
    elif isinstance(value, list):
        if value:
            yield path, ", ".join(map(str, value))
    elif value not in (None, ""):
        yield path, str(value)
