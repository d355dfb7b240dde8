"""An example of each message: the same at every run, valid, and as it might be on a working day.

The examples of `contracts/examples/` and of the OpenAPI document are made here, so that none is
written by hand and no longer fits. What a value looks like follows from its field's name, by the
tables of `contracts.vocabulary`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from msgspec import inspect

from .vocabulary import ABSENT, CHOICES, EMPTY, FALSE, IDS, MOMENTS, NUMBERS, WORDS

V = TypeVar("V")

DEPTH = 12  # further down than any message reaches; one within itself would have no end
_VERBS = re.compile(
    r"^(get|find|list|create|update|add|remove|revoke|save|set|link|share|unshare|try|found)_"
)


def sample(kind: Any, name: str = "") -> Any:
    """An example of `kind`: a message, or any type of a field that is called `name`.

    Always the same for the same arguments, and always valid: it survives encoding and strict
    decoding as `kind`. Raises TypeError for a type that there is no example of, as a string with
    a pattern that no word of the vocabulary has.
    """
    try:
        made = _make(inspect.type_info(kind), _Place(name))
        return msgspec.convert(msgspec.to_builtins(made), kind)
    except msgspec.ValidationError as error:
        raise TypeError(f"There is no example of {kind} for {name!r}: {error}") from None


@dataclass(frozen=True)
class _Place:
    """A field: its name, the messages around it from the outside, and the field that holds them."""

    name: str
    around: tuple[str, ...] = ()
    holder: str = ""

    def inside(self, message: type, field: str) -> _Place:
        """The place of a field of `message`, which stands here."""
        owner = message.__name__.removesuffix("Body")
        holder = f"{self.around[-1]}.{self.name}" if self.around else ""
        return _Place(field, (*self.around, owner), holder)

    def names(self) -> Iterator[str]:
        """What it may be called in the vocabulary, the most telling first."""
        yield f"{self.holder}.{self.name}"
        for message in reversed(self.around):
            yield f"{message}.{self.name}"
        yield self.name

    def among(self, names: Container[str]) -> bool:
        return any(name in names for name in self.names())

    def entries(self, table: Mapping[str, V]) -> Iterator[V]:
        """What `table` has for this place; the last word of a name counts where nothing else."""
        for name in (*self.names(), self.name.rpartition("_")[2]):
            if name in table:
                yield table[name]


def _make(info: inspect.Type, place: _Place) -> Any:
    if len(place.around) > DEPTH:
        raise TypeError(f"{'.'.join(place.around)} is too deep for an example")
    match info:
        case inspect.Metadata(type=inner):
            return _make(inner, place)
        case inspect.StructType(cls=cls, fields=fields):
            made = {
                field.name: _make(field.type, place.inside(cls, field.name)) for field in fields
            }
            return cls(**made)
        case inspect.UnionType(types=types):
            return _optional(types, place)
        case inspect.ListType(item_type=item, min_length=least):
            count = least or (0 if place.among(EMPTY) else 1)
            return [_make(item, place) for _ in range(count)]
        case inspect.DictType(key_type=key, value_type=value):
            return {_make(key, place): _make(value, _Place(f"{place.name}.value", place.around))}
        case _:
            return _plain(info, place)


def _optional(types: tuple[inspect.Type, ...], place: _Place) -> Any:
    others = [each for each in types if not isinstance(each, inspect.NoneType)]
    if len(others) < len(types) and place.among(ABSENT):
        return None
    return _make(others[0], place)


def _plain(info: inspect.Type, place: _Place) -> Any:
    match info:
        case inspect.NoneType():
            return None
        case inspect.AnyType() | inspect.RawType():
            return {}
        case inspect.BoolType():
            return not place.among(FALSE)
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.EnumType(cls=cls):
            chosen = next(place.entries(CHOICES), CHOICES.get(cls.__name__))
            return next(iter(cls)) if chosen is None else cls(chosen)
        case inspect.UUIDType():
            return _id(place)
        case inspect.StrType():
            return next((each for each in _texts(place) if _fits(info, each)), "")
        case inspect.BytesType():
            return next(_texts(place)).encode()
        case inspect.IntType() | inspect.FloatType():
            return _number(info, place)
        case inspect.DateTimeType():
            return _moment(dt.datetime, place)
        case inspect.DateType():
            return _moment(dt.date, place)
        case inspect.TimeType():
            return _moment(dt.time, place)
    raise TypeError(f"There is no example of {info} for {place}")


def _texts(place: _Place) -> Iterator[str]:
    """Words for a place, then its own name, then any that may fit a pattern."""
    yield from place.entries(WORDS)
    yield place.name.replace("_", " ")
    yield from WORDS.values()


def _fits(info: inspect.StrType, text: str) -> bool:
    long_enough = len(text) >= (info.min_length or 0)
    short_enough = info.max_length is None or len(text) <= info.max_length
    matches = info.pattern is None or re.search(info.pattern, text) is not None
    return long_enough and short_enough and matches


def _number(info: inspect.IntType | inspect.FloatType, place: _Place) -> float:
    least = info.ge if info.ge is not None else None if info.gt is None else info.gt + 1
    most = info.le if info.le is not None else None if info.lt is None else info.lt - 1
    number: float = next(place.entries(NUMBERS), 1)
    if least is not None:
        number = max(number, least)
    return number if most is None else min(number, most)


def _moment(kind: type, place: _Place) -> dt.datetime | dt.date | dt.time:
    found = (*place.entries(MOMENTS), *MOMENTS.values())
    return next(moment for moment in found if type(moment) is kind)  # a datetime is a date, too


def _id(place: _Place) -> UUID:
    """A version 7 UUID (RFC 9562 5.7); the same for `contact_id` as for the `id` of a Contact."""
    whose = next(place.entries(IDS), place.name)
    if whose == "id":
        whose = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", place.around[-1] if place.around else "id")
    whose = _VERBS.sub("", whose.lower())
    for ending in ("_ids", "_id", "_view", "_details"):
        whose = whose.removesuffix(ending)
    digest = hashlib.sha256(whose.encode()).hexdigest()
    return UUID(f"019cadc1-16a0-7{digest[:3]}-9{digest[3:6]}-{digest[6:18]}")
