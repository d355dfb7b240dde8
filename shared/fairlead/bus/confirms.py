"""Publisher confirms: which messages of a channel the broker has taken."""

from __future__ import annotations

import eventlet
from eventlet.event import Event

CONFIRM_SECONDS = 30.0


class Confirms:
    """Counts what was published on a channel and what the broker has confirmed.

    The broker numbers messages from 1 as they come, and says "multiple" for all up to a number
    (rabbitmq.com/docs/confirms).
    """

    def __init__(self) -> None:
        self.sent = 0
        self._settled = 0  # all up to here are
        self._ahead: set[int] = set()
        self._refused: set[int] = set()
        self._broken = False
        self._waiting: list[tuple[int, Event]] = []

    def acked(self, tag: int, multiple: bool) -> None:
        """The broker has `tag`, or everything up to it."""
        if multiple:
            self._settled = max(self._settled, tag)
            self._ahead = {each for each in self._ahead if each > self._settled}
        else:
            self._ahead.add(tag)
        while self._settled + 1 in self._ahead:
            self._settled += 1
            self._ahead.discard(self._settled)
        self._wake()

    def nacked(self, tag: int, multiple: bool) -> None:
        """The broker could not take it."""
        refused = range(self._settled + 1 if multiple else tag, tag + 1)
        self._refused.update(each for each in refused if each not in self._ahead)
        self.acked(tag, multiple)

    def broken(self) -> None:
        """The connection is gone; the missing confirms will not come."""
        self._broken = True
        self._wake()

    def _wake(self) -> None:
        ready = [each for each in self._waiting if self._broken or each[0] <= self._settled]
        for waiter in ready:
            self._waiting.remove(waiter)
            waiter[1].send()

    def wait(self, first: int, last: int) -> bool:
        """Whether the broker took all from `first` to `last`; returns when that is known.

        Raises ConnectionError or TimeoutError when it will not be.
        """
        if self._settled < last and not self._broken:
            done = Event()
            self._waiting.append((last, done))
            with eventlet.Timeout(CONFIRM_SECONDS, TimeoutError("the broker does not confirm")):
                done.wait()
        if self._broken:
            raise ConnectionError("the connection was lost before the broker had all")
        refused = self._refused.intersection(range(first, last + 1))
        self._refused -= refused
        return not refused
