"""An organisation's own fields: what each may hold."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

from contracts.contacts import FieldDefinition, FieldType, FieldValue
from fairlead.errors import Invalid

from .person import clean_line

_YES = frozenset({"true", "yes", "1", "y", "x"})
_NO = frozenset({"false", "no", "0", "n", ""})


def check(
    values: Mapping[str, FieldValue | None], known: Mapping[str, FieldDefinition]
) -> dict[str, FieldValue | None]:
    """`values` as they are kept; raises Invalid that names each wrong one as fields.KEY."""
    wrong: dict[str, str] = {}
    found: dict[str, FieldValue | None] = {}
    for key, value in values.items():
        definition = known.get(key)
        try:
            if definition is None:
                raise ValueError("is no field of this organisation")
            found[key] = None if value is None or value == "" else read(value, definition)
        except ValueError as error:
            wrong[f"fields.{key}"] = str(error)
    if wrong:
        raise Invalid.fields("contacts.invalid", wrong)
    return found


def read(value: FieldValue, definition: FieldDefinition) -> FieldValue:
    """`value` of a field, as it is kept; text is read as what the field holds.

    Raises ValueError, whose text completes "the field …".
    """
    return _READERS[definition.type](value, definition)


def _text(value: FieldValue, definition: FieldDefinition) -> FieldValue:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return clean_line(value)


def _number(value: FieldValue, definition: FieldDefinition) -> FieldValue:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    if isinstance(value, str):
        try:
            value = float(value.replace(" ", "").replace(",", "."))
        except ValueError:
            raise ValueError("must be a number") from None
    if not math.isfinite(value) or abs(value) > 1e15:
        raise ValueError("must be a number of at most 15 digits")
    return int(value) if float(value).is_integer() else value


def _date(value: FieldValue, definition: FieldDefinition) -> FieldValue:
    try:
        return dt.date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise ValueError("must be a date, as 2026-05-12") from None


def _choice(value: FieldValue, definition: FieldDefinition) -> FieldValue:
    by_fold = {choice.casefold(): choice for choice in definition.choices}
    found = by_fold.get(str(value).strip().casefold())
    if found is None:
        raise ValueError(f"must be one of {', '.join(definition.choices)[:300]}")
    return found


def _yes_no(value: FieldValue, definition: FieldDefinition) -> FieldValue:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError("must be yes or no")


_READERS = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.YES_NO: _yes_no,
}
