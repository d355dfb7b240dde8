"""Numbers of things to send, given out as far as the run allows."""

from __future__ import annotations

import threading


class Quota:
    """Gives out 0 to `total` - 1, each once, and none beyond the share that is open."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._given = 0
        self._open = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def given(self) -> int:
        """How many were given out."""
        return self._given

    def open(self, share: float) -> None:
        """Let `share` (0 to 1) of the total be given out."""
        with self._changed:
            self._open = round(share * self.total)
            self._changed.notify_all()

    def close(self) -> None:
        """Give out nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether the run has ended before its time."""
        return self._closed

    def take(self) -> int | None:
        """The next number, once it is allowed; None when there is no more."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or self._given < self._open or self._given == self.total
            )
            if self._closed or self._given == self.total:
                return None
            self._given += 1
            return self._given - 1
