"""Measuring things by turns, so that whatever else the machine does meets them alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Measure = Callable[[], float]


def alternate(sides: Mapping[str, Measure], rounds: int) -> dict[str, list[float]]:
    """What each side measured, round by round: one of each, then again one of each.

    A first round is thrown away: caches fill and connections open in it.
    """
    found: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, measure in sides.items():
            value = measure()
            if number:
                found[name].append(value)
    return found


@dataclass(frozen=True)
class Ratio:
    """What we reach against something else: `reach` is the least, or with `most` the most.

    Both series have one value for each round, in `unit`; the ratio of a round is ours by theirs.
    Without `reach` it is told for comparison only.
    """

    what: str
    against: str
    unit: str
    ours: Sequence[float]
    theirs: Sequence[float]
    reach: float | None = None
    most: bool = False
    notes: Sequence[str] = field(default=())

    @property
    def of_rounds(self) -> list[float]:
        """The ratio of each round."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def median(self) -> float:
        """The middle one of the rounds' ratios."""
        return statistics.median(self.of_rounds)

    @property
    def reached(self) -> bool:
        """Whether the median is what it should be."""
        if self.reach is None:
            return True
        return self.median <= self.reach if self.most else self.median >= self.reach
