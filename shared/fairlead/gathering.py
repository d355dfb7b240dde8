"""What comes while something is being done is done together next.

For work that costs nearly the same for one thing as for many, as a commit or a call: each waits for
two rounds at most, and a burst costs few.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import eventlet
from eventlet.event import Event

K = TypeVar("K")
T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Round(Generic[T]):
    items: list[T] = field(default_factory=list)
    size: int = 0
    ended: Event = field(default_factory=Event)


class Gathering(Generic[K, T, R]):
    """Does `work` for the items of one key at a time, as many together as came meanwhile.

    `work` is given the key and its items, and returns what came of each, in their order. A round is
    full at `room`, of which an item takes what `size` says; the last one may go beyond it.
    """

    def __init__(
        self,
        work: Callable[[K, list[T]], Sequence[R]],
        *,
        size: Callable[[T], int] = lambda item: 1,
        room: int = 1000,
    ) -> None:
        self._work = work
        self._size = size
        self._room = room
        self._rounds: dict[K, deque[_Round[T]]] = {}  # to come; of a key that is being worked for
        self._ended = -math.inf

    def add(self, key: K, item: T) -> R:
        """What came of `item`. Raises what `work` raised for all that it was done with."""
        mine = self._round(key)
        place = len(mine.items)
        mine.items.append(item)
        mine.size += self._size(item)
        results: Sequence[R] = mine.ended.wait()
        return results[place]

    def give_way(self, seconds: float, lull: float) -> None:
        """Return when nothing was done for `lull` seconds, after `seconds` at the latest."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until and (self._rounds or now - self._ended < lull):
            eventlet.sleep(min(lull, until - now))

    def _round(self, key: K) -> _Round[T]:
        rounds = self._rounds.get(key)
        if rounds is None:
            rounds = self._rounds[key] = deque()
            eventlet.spawn_n(self._do, key, rounds)
        if not rounds or rounds[-1].size >= self._room:
            rounds.append(_Round())
        return rounds[-1]

    def _do(self, key: K, rounds: deque[_Round[T]]) -> None:
        try:
            while rounds:
                now = rounds.popleft()
                try:
                    results = self._work(key, now.items)
                except Exception as error:
                    now.ended.send_exception(error)
                else:
                    now.ended.send(results)
        finally:
            del self._rounds[key]
            self._ended = time.monotonic()
