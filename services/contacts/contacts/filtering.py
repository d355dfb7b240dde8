"""Which contacts a list, an export or a bulk message is about."""

from __future__ import annotations

from typing import Any

import msgspec

from contracts.consents import ConsentKind
from fairlead.errors import Invalid
from fairlead.store.search import query_words

from .domain import marks
from .domain.person import clean_tags
from .store.contacts import Filters


def filters(
    *,
    q: str | None = None,
    tag: str | None = None,
    blocked: ConsentKind | None = None,
    field: str | None = None,
    value: str | None = None,
    **plain: Any,
) -> Filters:
    """The filters as a caller gives them; raises Invalid for a value without its field."""
    wanted = []
    any_of = []
    if tag is not None:
        wanted += [marks.TAG + each for each in clean_tags([tag])]
    if blocked is not None:
        wanted.append(marks.BLOCKED + blocked.value)
    if value is not None and field is None:
        raise Invalid.field("contacts.invalid", "value", "is of which field?")
    if field is not None and value is not None:
        wanted.append(marks.field(field, value))
    elif field is not None:
        any_of.append(marks.range_of(f"{marks.FIELD}{field}="))
    return Filters(words=query_words(q or ""), marks=wanted, any_of=any_of, **plain)


def kept(wanted: Filters) -> dict[str, Any]:
    """Filters as a job keeps them."""
    made: dict[str, Any] = msgspec.to_builtins(wanted)
    return made


def restored(wanted: dict[str, Any]) -> Filters:
    """The filters that a job kept."""
    return msgspec.convert(wanted, Filters)
