"""What a helm-unittest suite may assert of a document.

Each function says what is wrong with the document, or nothing. `not: true` turns one round.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.charts.paths import find

Fault = str | None
Check = Callable[[dict[str, Any], Any], Fault]


def _one(document: Any, path: str) -> Any:
    found = find(document, path)
    return found[0] if len(found) == 1 else found or None


def _equal(expected: dict[str, Any], document: Any) -> Fault:
    value = _one(document, expected["path"])
    return None if value == expected["value"] else f"{expected['path']} is {value!r}"


def _kind(expected: dict[str, Any], document: Any) -> Fault:
    return None if document["kind"] == expected["of"] else f"it is a {document['kind']}"


def _api_version(expected: dict[str, Any], document: Any) -> Fault:
    return None if document["apiVersion"] == expected["of"] else f"it is {document['apiVersion']}"


def _match(expected: dict[str, Any], document: Any) -> Fault:
    value = _one(document, expected["path"])
    fits = isinstance(value, str) and re.search(expected["pattern"], value)
    return None if fits else f"{expected['path']} is {value!r}"


def _exists(expected: dict[str, Any], document: Any) -> Fault:
    return None if find(document, expected["path"]) else f"there is no {expected['path']}"


def _contains(expected: dict[str, Any], document: Any) -> Fault:
    value = _one(document, expected["path"])
    content = expected["content"]
    any_of = expected.get("any", False)  # other fields of the element do not matter
    held = [
        each for each in value or () if (_is_part(content, each) if any_of else each == content)
    ]
    wanted = expected.get("count")
    good = len(held) == wanted if wanted is not None else bool(held)
    return None if good else f"{expected['path']} has {len(held)} of it: {value!r}"


def _subset(expected: dict[str, Any], document: Any) -> Fault:
    value = _one(document, expected["path"])
    good = isinstance(value, dict) and _is_part(expected["content"], value)
    return None if good else f"{expected['path']} is {value!r}"


def _is_part(part: dict[str, Any], whole: dict[str, Any]) -> bool:
    return all(key in whole and whole[key] == value for key, value in part.items())


def _length(expected: dict[str, Any], document: Any) -> Fault:
    value = _one(document, expected["path"])
    held = len(value) if value is not None else 0
    return None if held == expected["count"] else f"{expected['path']} has {held}"


CHECKS: dict[str, Check] = {
    "equal": _equal,
    "isKind": _kind,
    "isAPIVersion": _api_version,
    "matchRegex": _match,
    "exists": _exists,
    "contains": _contains,
    "isSubset": _subset,
    "lengthEqual": _length,
}
OPPOSITES = {
    "notEqual": "equal",
    "notMatchRegex": "matchRegex",
    "notExists": "exists",
    "notContains": "contains",
    "isNotSubset": "isSubset",
}


def fault_of(kind: str, expected: dict[str, Any], document: Any, *, inverted: bool) -> Fault:
    """What is wrong with `document`; raises ValueError for a kind that is not known here."""
    if kind in OPPOSITES:
        kind, inverted = OPPOSITES[kind], not inverted
    if kind not in CHECKS:
        raise ValueError(f"{kind} is not known here")
    fault = CHECKS[kind](expected, document)
    if not inverted:
        return fault
    return None if fault else f"{kind} holds, and should not: {expected}"
