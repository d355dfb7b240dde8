"""Holds back the word that a message was taken until it is stored."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000  # messages; of older ones the spool knows
# A message that leads to no event, as of a kind that the client does not know, waits so long.
PATIENCE = 30.0


class Gate:
    """The client's threads that tell the network wait here for the one that stores."""

    def __init__(self, stored_before: Callable[[str], bool], *, patience: float = PATIENCE) -> None:
        self._stored_before = stored_before
        self._patience = patience
        self._changed = threading.Condition()
        self._handled: OrderedDict[str, None] = OrderedDict()
        self._storing = 0

    def __enter__(self) -> None:
        """Something is being stored."""
        with self._changed:
            self._storing += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._storing -= 1
            self._changed.notify_all()

    def open(self, message: str) -> None:
        """This one is stored, or needs no storing."""
        with self._changed:
            self._handled[message] = None
            if len(self._handled) > REMEMBERED:
                self._handled.popitem(last=False)
            self._changed.notify_all()

    def wait(self, message: str) -> bool:
        """Return when the message is stored; False when nothing came of it after some time, in
        which nothing was being stored."""
        with self._changed:
            if message in self._handled:
                return True
        if self._stored_before(message):
            return True
        with self._changed:
            while message not in self._handled:
                if not self._changed.wait(self._patience) and not self._storing:
                    return False
            return True
