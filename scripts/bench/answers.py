"""How long the answers to what a screen asks take, with many rows in the store against few."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import Database
from fairlead.store.row_security import SETTING

from .rounds import Ratio

PERCENTILE = 95

P = TypeVar("P")
Ask: TypeAlias = Callable[[Session], object]
Screen: TypeAlias = Callable[[P, random.Random], Ask]


@dataclass(frozen=True)
class Store(Generic[P]):
    """A loaded database, and where somebody may be in it."""

    url: str
    database: Database
    organisation: UUID
    places: P

    def milliseconds(self, ask: Ask) -> float:
        """How long an answer takes, from the begin of its transaction to the last view made."""
        begun = time.perf_counter()
        with self.database.reading(self.organisation) as session:
            ask(session)
        return (time.perf_counter() - begun) * 1000


@dataclass(frozen=True)
class Comparison(Generic[P]):
    """Two stores of one kind. `what` and `against` say how much is in each."""

    few: Store[P]
    many: Store[P]
    what: str
    against: str
    rounds: int
    requests: int
    statements: int = 1  # that a screen may take at most

    def of(self, name: str, screen: Screen[P], most: float | None) -> Ratio:
        """A screen's percentile with many rows by that with few; `most` is the reach, if any."""
        found: tuple[list[float], list[float]] = ([], [])
        for number in range(self.rounds + 1):
            for percentiles, of_round in zip(found, self._round(screen, number), strict=True):
                if number:  # the first is for the caches
                    percentiles.append(of_round)
        return Ratio(
            what=f"{name}, {self.what}",
            against=self.against,
            unit=f"ms (p{PERCENTILE})",
            ours=found[1],
            theirs=found[0],
            reach=most,
            most=True,
            notes=self._how(screen) if most is not None else (),
        )

    def _round(self, screen: Screen[P], number: int) -> tuple[float, float]:
        """The percentiles of both, asked by turns; the same kinds of request of either."""
        took: tuple[list[float], list[float]] = ([], [])
        for request in range(self.requests):
            for times, store in zip(took, (self.few, self.many), strict=True):
                chance = random.Random(number * self.requests + request)  # noqa: S311
                times.append(store.milliseconds(screen(store.places, chance)))
        few_at, many_at = (statistics.quantiles(times, n=100)[PERCENTILE - 1] for times in took)
        return few_at, many_at

    def _how(self, screen: Screen[P]) -> list[str]:
        """That each request takes as few statements as it may, whatever it is for, and the plan of
        the first. Raises AssertionError."""
        shown: list[str] = []
        for request in range(self.requests):
            ask = screen(self.many.places, random.Random(request))  # noqa: S311
            reading = self.many.database.reading(self.many.organisation)
            with statements() as sent, reading as session:
                ask(session)
            if not 1 <= len(sent) <= self.statements:
                raise AssertionError(f"{len(sent)} statements for one screen: {sent}")
            if not shown:
                shown = plan(self.many.url, self.many.organisation, *sent[0])
        said = "one statement" if self.statements == 1 else f"at most {self.statements} statements"
        return [f"each of {self.requests} requests took {said}; the plan of the first:", *shown]


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """The statements that the block sends to a database, but for what begins a transaction."""
    found: list[tuple[str, Any]] = []

    def note(
        connection: object, cursor: object, sql: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if context.compiled is not None:
            found.append((sql, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def plan(url: str, organisation: UUID, statement: str, parameters: Any) -> list[str]:
    """How PostgreSQL answers the statement, for the service's role and under its policies."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config(%s, %s, true)", (SETTING, str(organisation)))
        explain = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) "
        rows = connection.execute((explain + statement).encode(), parameters).fetchall()
    return [line for (line,) in rows]
