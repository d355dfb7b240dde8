"""Says what the event loop is stuck in, from a thread that the loop does not hold up.

The interpreter has a watchdog of its own (`faulthandler.dump_traceback_later`), which reads stacks
while their threads go on, without the interpreter's lock: a process that was only slow died of it,
by a segmentation fault. This one holds the lock while it reads. So it says nothing of C code that
never lets go of the lock.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any

from ..real_locks import unpatched

LOOK = 0.5  # seconds between two looks


class Watchdog:
    """Asks `since` for how many seconds the thread that made it has been stuck, and tells `say`
    once of each time that it is longer than `limit` seconds, with the stack of that thread."""

    def __init__(
        self, since: Callable[[], float], limit: float, say: Callable[[str], None] | None = None
    ) -> None:
        threads = unpatched("threading")
        self._since = since
        self._limit = limit
        self._say = say or _to_standard_error
        self._watched: int = threads.get_ident()
        self._ended: Any = threads.Event()
        self._thread: Any = threads.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._ended.set()

    def _watch(self) -> None:
        told = False
        while not self._ended.wait(min(LOOK, self._limit)):
            stuck = self._since()
            if stuck <= self._limit:
                told = False
            elif not told:
                told = True
                self._say(f"the event loop is stuck for {stuck:.1f} s in\n{self._stack()}")

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._watched)
        return "".join(traceback.format_stack(frame)) if frame else "no frame\n"


def _to_standard_error(text: str) -> None:
    # Not by a file's lock, nor by a write that yields to the loop: the loop is stuck.
    unpatched("os").write(2, text.encode(errors="replace"))
