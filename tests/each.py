"""A test of each of very many things, as one test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def each(things: Mapping[str, T]) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """Makes of a test of one thing a test of all `things`, which names all that it fails for.

    For tests of a millisecond: as tests of their own they would be collected by every worker, set
    up, reported and counted one by one, which takes ten times as long.
    """

    def of_all(test: Callable[[T], None]) -> Callable[[], None]:
        def whole() -> None:
            failures = []
            for name, thing in things.items():
                try:
                    test(thing)
                except Exception as failure:
                    failure.add_note(f"It was {name}")
                    failures.append(failure)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(things)} failed", failures)

        whole.__name__, whole.__doc__ = test.__name__, test.__doc__
        return whole

    return of_all
