"""What the keeper of linked numbers asks of who writes down what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from .lifecycle import Life
from .protocol.events import Durable, Paired, Typed


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is to be on. `asked`: a person asked to connect, and nothing was told since;
    he is shown codes, if no phone is linked, or one that he types (`by_code`)."""

    id: UUID
    organisation: UUID
    phone: str  # E.164
    asked: bool = False
    by_code: bool = False


class Book(Protocol):
    """Where the service writes down what becomes of numbers. Called by greenlets; may wait."""

    def wanted(self) -> Sequence[Number]:
        """The numbers that are to be on, of all organisations."""
        ...

    def removed(self, number: UUID) -> bool:
        """Whether a person removed the number for good."""
        ...

    def lease(self, number: UUID) -> bool:
        """Take or keep the ownership of a number's session; whether it is ours now."""
        ...

    def release(self, number: UUID) -> None:
        """Give it back."""
        ...

    def stands(self, number: Number, life: Life) -> None:
        """What people see of a number has changed."""
        ...

    def paired(self, number: Number, account: Paired) -> None:
        """Which account was linked."""
        ...

    def takes(self, number: Number, body: Durable) -> None:
        """Store what a worker hands over. It comes at least once; what was stored before must do
        nothing. An error that is not the store's absence leaves it with the worker."""
        ...

    def typed(self, number: Number, typed: Typed) -> None:
        """Somebody writes just now; it may be lost."""
        ...
