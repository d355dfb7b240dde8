"""Paths into documents, as helm-unittest writes them: `spec.ports[?(@.name=="http")].port`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_STEP = re.compile(
    r"""\.?(?P<name>[A-Za-z0-9_-]+)
      | \[(?P<index>\d+)\]
      | \[(?P<all>\*)\]
      | \[(?P<quote>["'])(?P<key>.*?)(?P=quote)\]
      | \[\?\(@\.(?P<field>[A-Za-z0-9_.]+)\s*==\s*(?P<mark>["'])(?P<wanted>.*?)(?P=mark)\)\]
    """,
    re.VERBOSE,
)

_Step = Callable[[Any], Iterator[Any]]


def find(document: Any, path: str) -> list[Any]:
    """Everything that `path` leads to; raises ValueError for a path that is not understood."""
    found = [document]
    for step in _steps(path):
        found = [each for value in found for each in step(value)]
    return found


def _steps(path: str) -> Iterator[_Step]:
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise ValueError(f"{path!r} is not understood from {path[at:]!r} on")
        at = match.end()
        yield _step(match)


def _step(match: re.Match[str]) -> _Step:
    if match["index"] is not None:
        return _at(int(match["index"]))
    if match["all"] is not None:
        return _every
    if match["field"] is not None:
        return _where(match["field"], match["wanted"])
    return _member(match["name"] if match["name"] is not None else match["key"])


def _at(index: int) -> _Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, list) and index < len(value):
            yield value[index]

    return step


def _member(key: str) -> _Step:
    def step(value: Any) -> Iterator[Any]:
        if isinstance(value, dict) and key in value:
            yield value[key]

    return step


def _every(value: Any) -> Iterator[Any]:
    yield from (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )


def _where(field: str, wanted: str) -> _Step:
    def step(value: Any) -> Iterator[Any]:
        for each in value if isinstance(value, list) else ():
            if [str(held) for held in find(each, field)] == [wanted]:
                yield each

    return step
