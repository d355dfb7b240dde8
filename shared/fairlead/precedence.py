"""Who waits for an answer goes first, where one process does everything.

On the embedded bus calls, events and jobs share one thread. An HTTP request takes some ten turns
of eventlet's hub, and in each turn whatever is ready runs as long as it likes: with a backlog of
events and an import under way, ten transactions or ten steps of the import. So what nobody waits
for asks here before it begins. Where the bus is a broker nobody says `begin`: a call waits there
for the database or for another process, and to hold events meanwhile would win nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import eventlet
from eventlet.event import Event

# Who is answered asks again at once: a request that is several calls, a page that is several
# requests. So long is waited for that.
PAUSE_SECONDS = 0.003

_unhurried: ContextVar[bool] = ContextVar("fairlead_unhurried", default=False)


@contextmanager
def unhurried() -> Iterator[None]:
    """What is asked in the block nobody waits for, though it is asked in a person's name."""
    token = _unhurried.set(True)
    try:
        yield
    finally:
        _unhurried.reset(token)


def is_unhurried() -> bool:
    """Whether this greenlet is in such a block."""
    return _unhurried.get()


class Precedence:
    """The calls under way, and what waits until there are none."""

    def __init__(self) -> None:
        self._calls: dict[str, float] = {}  # until when somebody waits for each
        self._free_at = 0.0
        self._ended = Event()

    def begin(self, call: str, seconds: float) -> None:
        """Somebody waits for the answer to `call`, for `seconds` at most."""
        self._calls[call] = time.monotonic() + seconds

    def end(self, call: str) -> None:
        """He has it, or will not have it."""
        if self._calls.pop(call, None) is None:
            return
        self._free_at = time.monotonic() + PAUSE_SECONDS
        if not self._calls:
            ended, self._ended = self._ended, Event()
            ended.send()

    def give_way(self, seconds: float) -> None:
        """Wait while others go first, for `seconds` at most: whoever waits here is not to starve.

        The longer that is which is going to be done, the longer should it wait.
        """
        eventlet.sleep(0)  # for what is ready but not yet a call
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            if self._is_asked(now):
                self._ended.wait(until - now)
            elif now < self._free_at:
                eventlet.sleep(min(until, self._free_at) - now)
            else:
                return

    def _is_asked(self, now: float) -> bool:
        if any(given_up < now for given_up in self._calls.values()):
            self._calls = {call: at for call, at in self._calls.items() if at >= now}
        return bool(self._calls)


precedence = Precedence()
"""The process's: it has one hub."""
