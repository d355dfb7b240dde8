"""The sides of a pair: the same roles, each a process, placed alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from .worker import Worker, workers


@dataclass
class Side:
    """One way of doing it: its processes by their roles, and what it costs them."""

    workers: Mapping[str, Worker]
    _costs: list[dict[str, float]] = field(default_factory=list)

    @contextmanager
    def counting(self) -> Iterator[Callable[[float], None]]:
        """Notes each process's processor time; what it gives must be told how much was done."""
        amounts: list[float] = []
        before = {role: worker.cpu_seconds() for role, worker in self.workers.items()}
        yield amounts.append
        self._costs.append(
            {
                role: (worker.cpu_seconds() - before[role]) / amounts[0]
                for role, worker in self.workers.items()
            }
        )

    def cost(self) -> str:
        """The processor time of one unit of work, as `client 80 + server 130 µs`.

        The median of all rounds but the first; what was counted is forgotten.
        """
        counted, self._costs = self._costs[1:], []
        roles = {role: statistics.median(costs[role] for costs in counted) for role in self.workers}
        return " + ".join(f"{role} {seconds * 1e6:.0f}" for role, seconds in roles.items()) + " µs"


@contextmanager
def side(starts: Mapping[str, Callable[[], Worker]]) -> Iterator[Side]:
    """A side whose processes are started in this order."""
    with workers(*starts.values()) as running:
        yield Side(dict(zip(starts, running, strict=True)))
