"""Whether a change of the contracts breaks who was written for the version before.

Services are replaced one after the other, and events lie in outboxes, queues and dead lists
meanwhile. So an old request must be good for the new service, a new reply for the old caller, and
an event in both directions. Two JSON Schemas are compared for what one may say and the other
refuses; what a message gains is no break, and neither is a default for a field that had none,
because writers send every field they know.

    python -m contracts.compatibility     compares with the version before, by git
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

JSON = dict[str, Any]

# Breaks that are meant, as the command above prints them, each with the reason why nobody is
# hurt. A test fails for one that is missing here, and for one that is past and still stands here.
DELIBERATE: Mapping[str, str] = {}

_AT_LEAST = ("minLength", "minItems", "minProperties", "minimum", "exclusiveMinimum")
_AT_MOST = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
_ALIKE = ("pattern", "format", "const", "multipleOf", "uniqueItems", "contentEncoding")
_INSIDE = {"items": "[]", "additionalProperties": "{}", "propertyNames": " (its names)"}
_REMARKS = {"$schema", "$defs", "title", "description", "default", "examples"}
_SHAPE = {"$ref", "anyOf", "type", "enum", "properties", "required"}
KEYWORDS = {*_AT_LEAST, *_AT_MOST, *_ALIKE, *_INSIDE, *_REMARKS, *_SHAPE}

NEW = "is new to older readers"

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


def breaks(name: str, old: JSON, new: JSON) -> set[str]:
    """What breaks between two schemas of the message `name`: the place and what is wrong there.

    `name` tells the direction by its ending, `.request` or `.reply`; all others are events.
    Raises ValueError for a keyword that is not understood, rather than overlook a change.
    """
    found: set[str] = set()
    if not name.endswith(".reply"):
        found.update(_Reading(writer=old, reader=new, new_reader=True).refusals(name))
    if not name.endswith(".request"):
        found.update(_Reading(writer=new, reader=old, new_reader=False).refusals(name))
    return found


def all_breaks(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> dict[str, list[str]]:
    """The names of the messages that each break stands in; one that is gone is a break, too."""
    found: dict[str, list[str]] = {}
    for name in sorted(old):
        here = breaks(name, old[name], new[name]) if name in new else {f"{name}: removed"}
        for each in here:
            found.setdefault(each, []).append(name)
    return found


class _Reading:
    """What `reader` refuses of what `writer` allows; one of the two is the older version."""

    def __init__(self, *, writer: JSON, reader: JSON, new_reader: bool) -> None:
        self._writer, self._reader, self._new_reader = writer, reader, new_reader
        self._seen: set[tuple[str, str]] = set()

    def refusals(self, name: str) -> Iterator[str]:
        return self._compare(self._writer, self._reader, name)

    def _compare(self, writer: JSON, reader: JSON, where: str) -> Iterator[str]:
        readers = list(_branches(reader, self._reader))
        for name, branch in _branches(writer, self._writer):
            kind = _kind(branch)
            alike = [each for each in readers if _takes(_kind(each[1]), kind)]
            if alike:
                answers = [list(self._judge(name, branch, *each, where)) for each in alike]
                yield from min(answers, key=len)
            else:
                yield f"{where}: {kind} {self._said('is not taken any more', NEW)}"

    def _judge(
        self, writer_name: str, writer: JSON, reader_name: str, reader: JSON, where: str
    ) -> Iterator[str]:
        """Compare two definitions under the older one's name, and once only."""
        if writer_name and reader_name:
            if (writer_name, reader_name) in self._seen:
                return
            self._seen.add((writer_name, reader_name))
            where = self._said(writer_name, reader_name)
        yield from self._narrower(writer, reader, where)

    def _narrower(self, writer: JSON, reader: JSON, where: str) -> Iterator[str]:
        unknown = (writer.keys() | reader.keys()) - KEYWORDS
        if unknown:
            raise ValueError(f"{where}: cannot judge {sorted(unknown)}")
        yield from self._bounds(writer, reader, where)
        if "enum" in reader:
            for value in writer.get("enum", ["any other value"]):
                if value not in reader["enum"]:
                    yield f"{where}: {value!r} {self._said('is not taken any more', NEW)}"
        for key, mark in _INSIDE.items():
            if writer.get(key) is False:
                continue  # nothing is said there
            if reader.get(key) is False:
                yield f"{where}{mark}: {self._said('refused now', NEW)}"
            elif key in reader:
                yield from self._compare(writer.get(key, {}), reader[key], where + mark)
        yield from self._properties(writer, reader, where)

    def _bounds(self, writer: JSON, reader: JSON, where: str) -> Iterator[str]:
        said = self._said("tightened to", "loosened from")
        for key in _AT_LEAST:
            if key in reader and writer.get(key, -float("inf")) < reader[key]:
                yield f"{where}: {key} {said} {reader[key]}"
        for key in _AT_MOST:
            if key in reader and writer.get(key, float("inf")) > reader[key]:
                yield f"{where}: {key} {said} {reader[key]}"
        for key in _ALIKE:
            if key in reader and writer.get(key) != reader[key]:
                yield f"{where}: {key} {self._said('is now', 'was')} {reader[key]}"

    def _properties(self, writer: JSON, reader: JSON, where: str) -> Iterator[str]:
        said, read = writer.get("properties", {}), reader.get("properties", {})
        old, new = (said, read) if self._new_reader else (read, said)
        for name in old.keys() - new.keys():
            yield f"{where}.{name}: removed"
        if self._new_reader:
            for name in set(reader.get("required", ())) - set(writer.get("required", ())):
                yield f"{where}.{name}: required now"
        for name in said.keys() & read.keys():
            yield from self._compare(said[name], read[name], f"{where}.{name}")

    def _said(self, to_new_reader: str, to_old_reader: str) -> str:
        return to_new_reader if self._new_reader else to_old_reader


def _branches(schema: JSON, document: JSON, name: str = "") -> Iterator[tuple[str, JSON]]:
    """The alternatives in `schema`, each with the name of its definition, if it has one."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _branches(document["$defs"][name], document, name)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _branches(each, document, name)
    else:
        yield name, schema


def _kind(schema: JSON) -> str:
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return str(schema.get("type") or (_TYPES[type(values[0])] if values else "any"))


def _takes(reader: str, writer: str) -> bool:
    return reader in (writer, "any") or (reader, writer) == ("number", "integer")


def schemas(folder: Path) -> dict[str, JSON]:
    """The schemas of the messages in `folder`, by name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")
    }


def schemas_before(folder: Path) -> dict[str, JSON] | None:
    """The version of `folder` before the present one; None where git has none.

    That of the last commit when something is changed since, else of the commit before the last
    change: so the check holds before a commit and after it.
    """
    changed = _git(folder, "status", "--porcelain", "--", ".")
    commit = _git(folder, "log", "-1", "--format=%H", "--", ".")
    if changed is None or not commit:
        return None
    before = "HEAD" if changed else f"{commit.decode().strip()}^"
    archive = _git(folder, "archive", "--format=tar", before, "--", ".")
    if archive is None:
        return None
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        opened = {Path(each.name).stem: files.extractfile(each) for each in files.getmembers()}
        return {name: json.load(file) for name, file in opened.items() if file is not None}


def _git(folder: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)  # noqa: S603, S607
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def main(folder: Path = Path(__file__).parent / "schemas") -> int:
    """Print the breaks since the version before; 1 where one is not meant."""
    before = schemas_before(folder)
    found = all_breaks(before, schemas(folder)) if before else {}
    for each, names in sorted(found.items()):
        meant = f"meant: {DELIBERATE[each]}" if each in DELIBERATE else "NOT MEANT"
        sys.stdout.write(f"{each}\n    in {', '.join(names)}\n    {meant}\n")
    return int(not found.keys() <= DELIBERATE.keys())


if __name__ == "__main__":
    raise SystemExit(main())
