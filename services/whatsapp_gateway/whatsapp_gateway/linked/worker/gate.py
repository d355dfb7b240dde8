"""Holds back the word that a message was taken until it is stored.

What is stored goes by a key: a message by its id, and other news of one by a key with its id in it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000  # keys; of older ones the spool knows
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

    def open(self, key: str) -> None:
        """This is stored, or needs no storing."""
        with self._changed:
            self._handled[key] = None
            if len(self._handled) > REMEMBERED:
                self._handled.popitem(last=False)
            self._changed.notify_all()

    def wait(self, *keys: str) -> bool:
        """Return when one of these is stored; False when nothing came of any after some time, in
        which nothing was being stored."""
        with self._changed:
            if self._is_open(keys):
                return True
        if any(self._stored_before(each) for each in keys):
            return True
        with self._changed:
            while not self._is_open(keys):
                if not self._changed.wait(self._patience) and not self._storing:
                    return False
            return True

    def _is_open(self, keys: tuple[str, ...]) -> bool:
        return any(each in self._handled for each in keys)
