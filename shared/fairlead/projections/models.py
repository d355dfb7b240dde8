"""What a read model is, and where its entities come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from ..contract import Interface

I = TypeVar("I", bound=Interface)  # noqa: E741 — an interface
T = TypeVar("T")
E = TypeVar("E", covariant=True)


class Copies(Protocol[E]):
    """A page of a source: entities in the order of their ids, all that follow unless there are as
    many as were asked for. `total` says how many there are altogether, on the first page."""

    @property
    def items(self) -> Sequence[E]:
        """The entities."""
        ...

    @property
    def total(self) -> int | None:
        """How many there are."""
        ...


@dataclass(frozen=True, slots=True)
class Source(Generic[I, T]):
    """Whom to ask for entities, how (after which id, how many), and what the id of one is."""

    interface: type[I]
    page: Callable[[I, UUID | None, int], Copies[T]]
    key: Callable[[T], UUID]


@dataclass(frozen=True, slots=True)
class ReadModel(Generic[T]):
    """Rows that say what the entities of a source are.

    `key` is the column of the entity's id, and `of_source` which rows this source tells of, where
    another one tells of the others. `learn` does what the entity's event does, and writes a
    version that is known already once more (see `is_news`). `forget` drops one whose source has it
    no more. Both are called in a transaction of the entity's organisation, and must not wait.
    """

    name: str
    source: Source[Any, T]
    key: InstrumentedAttribute[UUID]
    learn: Callable[[Session, T], object]
    forget: Callable[[Session, UUID], object]
    of_source: ColumnElement[bool] = field(default_factory=true)


class ReadModels:
    """All read models of a service. `organisations` is who knows which organisations there are."""

    def __init__(
        self, service: str, organisations: Source[Any, Any], models: Sequence[ReadModel[Any]]
    ) -> None:
        self.service = service
        self.organisations = organisations
        self.by_name: Mapping[str, ReadModel[Any]] = {model.name: model for model in models}


def is_news(
    column: InstrumentedAttribute[int], version: int, *, anew: bool = False
) -> ColumnElement[bool]:
    """Whether `version` is to be written over what a row has: if it is newer, or, where the read
    model is made `anew`, the same, whose row may be from older code."""
    return column <= version if anew else column < version
