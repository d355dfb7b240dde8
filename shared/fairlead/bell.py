"""Wakes who waits for work."""

from __future__ import annotations

from eventlet.semaphore import Semaphore


class Bell:
    """Rung by who brings work, and heard by one who waits; rung twice it is heard once."""

    def __init__(self) -> None:
        self._rung = Semaphore(0)

    def ring(self) -> None:
        """There is something new."""
        if self._rung.counter < 1:
            self._rung.release()

    def wait(self, seconds: float) -> None:
        """Return when it rings, after `seconds` at the latest."""
        self._rung.acquire(timeout=seconds)

    def hush(self) -> None:
        """Forget that it rang: only what comes from now on counts."""
        self._rung.acquire(blocking=False)
