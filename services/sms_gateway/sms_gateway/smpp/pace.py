"""How fast a connection may send: a bucket of tokens, smaller after a carrier's throttling."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOWEST = 0.5  # of a second's texts
STEP_BACK = 0.5
STEP_FORWARD = 1.05
EVERY = 1.0  # seconds between steps forward, and at least between steps back


class Pace:
    """Tokens for texts: `per_second` of them, a second's worth in store.

    After each throttling it goes at half the speed, and comes back by a twentieth a second.
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = self._rate = per_second
        self._clock = clock
        self._tokens = max(1.0, per_second)
        self._at = self._changed_at = clock()
        self._slowed_at = self._at - EVERY

    @property
    def rate(self) -> float:
        """Texts a second at this moment."""
        self._go_on()
        return self._rate

    def take(self) -> float:
        """Take a token; returns after how many seconds it may be used: 0 for at once."""
        self._go_on()
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)

    def slow_down(self) -> None:
        """The carrier complained. Texts of one window complain together: that counts once."""
        now = self._clock()
        self._go_on()
        if now - self._slowed_at >= EVERY:
            self._rate = max(min(SLOWEST, self._most), self._rate * STEP_BACK)
            self._tokens = min(self._tokens, 0.0)
            self._slowed_at = self._changed_at = now

    def _go_on(self) -> None:
        now = self._clock()
        passed, self._at = now - self._at, now
        self._tokens = min(max(1.0, self._rate), self._tokens + passed * self._rate)
        steps = int((now - self._changed_at) / EVERY)
        if self._rate < self._most and steps > 0:
            self._rate = min(self._most, self._rate * STEP_FORWARD**steps)
            self._changed_at += steps * EVERY
