"""Parameters of the doors that are written by hand: those whose answer is no JSON."""

from __future__ import annotations

import enum
from typing import TypeVar
from uuid import UUID

import msgspec
from flask import request

from fairlead.errors import Invalid

E = TypeVar("E", bound=enum.Enum)


def id_of(text: str, name: str = "id") -> UUID:
    """An id in the path; raises Invalid, naming it."""
    try:
        return msgspec.convert(text, UUID)
    except msgspec.ValidationError:
        raise Invalid.field("gateway.invalid_parameter", name, "Invalid UUID") from None


def expect_only(*names: str) -> None:
    """Raise Invalid for the first parameter of the query that is none of `names`."""
    unknown = sorted(set(request.args) - set(names))
    if unknown:
        raise Invalid.field("gateway.unknown_parameter", unknown[0][:80], "is not known here")


def choice(kind: type[E], name: str, default: E) -> E:
    """The parameter `name` of the query, one of a few words; raises Invalid, naming them."""
    text = request.args.get(name)
    try:
        return default if text is None else kind(text)
    except ValueError:
        words = ", ".join(str(each.value) for each in kind)
        raise Invalid.field("gateway.invalid_parameter", name, f"must be one of {words}") from None
