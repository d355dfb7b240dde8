"""Words that every database keeps: PostgreSQL's text and JSON have no NUL."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def storable(value: T) -> T:
    """`value` without any NUL in its texts, however deep they stand."""
    if b"\\u0000" not in msgspec.json.encode(value):
        return value
    return msgspec.convert(_without_nul(msgspec.to_builtins(value)), type(value))


def storable_text(text: str) -> str:
    """`text` without any NUL."""
    return text.replace("\x00", "")


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(each) for name, each in value.items()}
    return value
