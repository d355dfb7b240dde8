"""Asking what may hang: side by side, in greenlets or threads of their own, with one deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Probe(Generic[T]):
    """A question that is asked again and again, and never a second time before it was answered.

    Who asks every second must not pile up what waits.
    """

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._idle = threading.Event()
        self._idle.set()
        self._begun = self._ended = 0.0
        self.value: T | None = None
        self.error: BaseException | None = None

    @property
    def answered(self) -> bool:
        """Whether `value` or `error` is the answer to the last question."""
        return self._idle.is_set()

    @property
    def seconds(self) -> float:
        """How long the answer took, or has been missing."""
        return (self._ended if self.answered else time.monotonic()) - self._begun

    def begin(self) -> None:
        """Ask, unless the last answer is still missing."""
        if self._idle.is_set():
            self._begun = time.monotonic()
            self._idle.clear()
            threading.Thread(target=self._run, name="probe", daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait for the answer, at most so long."""
        self._idle.wait(max(0.0, seconds))

    def _run(self) -> None:
        self.value = self.error = None
        try:
            self.value = self._ask()
        except BaseException as error:
            self.error = error.with_traceback(None)  # its frames hold sessions and sockets
        self._ended = time.monotonic()
        self._idle.set()


def ask_all(probes: Sequence[Probe[Any]], seconds: float) -> None:
    """Ask all side by side; returns when all have answered, or after `seconds`."""
    deadline = time.monotonic() + seconds
    for probe in probes:
        probe.begin()
    for probe in probes:
        probe.wait(deadline - time.monotonic())
