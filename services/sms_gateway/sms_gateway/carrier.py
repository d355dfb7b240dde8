"""What all carriers have in common, however they are spoken to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from contracts.channels import ConnectionState

from .store.tables import TextRow

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds before a carrier that is away is tried again


class Tell(Protocol):
    """Takes how a connection fares; `for_good`: until a person acts."""

    def __call__(
        self, state: ConnectionState, reason: str | None, *, for_good: bool = False
    ) -> None:
        """Keep it."""
        ...


@dataclass
class Report:
    """What came of the parts of one try, by their numbers.

    `taken` has the carrier's ids: one for all where it takes a text as a whole. `again` says why
    the rest is to be tried again; with `soon` it is no fault of the text, and counts as no try.
    """

    taken: dict[int, str] = field(default_factory=dict)
    doubtful: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    again: str | None = None
    soon: bool = False
    bad_number: bool = False


class Carrier(Protocol):
    """One connection's carrier. `run` in a greenlet; any number of others may `send`."""

    @property
    def ready(self) -> bool:
        """Whether texts can leave now."""
        ...

    def run(self) -> None:
        """Keep the way to it open, until `stop`, or until only a person can open it again."""
        ...

    def send(self, text: TextRow, waiting: Sequence[int]) -> Report:
        """Hand over the parts of a text that wait."""
        ...

    def stop(self) -> None:
        """Sign out."""
        ...
