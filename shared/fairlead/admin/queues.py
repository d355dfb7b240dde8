"""What waits in the queues of a service, at the admin server and as gauges, by one registration."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from .. import metrics
from ..store.waiting import Waiting

WAITING: Final = metrics.gauge("fairlead_queue_waiting", "What waits in a queue", ("queue",))
OVERDUE: Final = metrics.gauge(
    "fairlead_queue_overdue", "What should have left a queue more than a minute ago", ("queue",)
)
OLDEST: Final = metrics.gauge(
    "fairlead_queue_oldest_seconds",
    "For how long the first of a queue is due; 0 where nothing is",
    ("queue",),
)
REMEMBERED: Final = 0.5  # seconds: a scrape has three gauges of one answer


class Queue:
    """One queue. `read` is asked at each scrape, once for its gauges together."""

    def __init__(self, read: Callable[[], Waiting]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._until = 0.0
        self._known = Waiting()

    def __call__(self) -> Waiting:
        """What waits."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._known = self._read()
                self._until = time.monotonic() + REMEMBERED
            return self._known


class Overview:
    """A service's queues, and how many rows its tables have."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._queues: dict[str, Queue] = {}
        self.count: Callable[[], dict[str, int]] = dict

    def add(self, name: str, read: Callable[[], Waiting]) -> None:
        """A queue; one that was there under this name is forgotten."""
        queue = self._queues[name] = Queue(read)
        labels = {"service": self._service, "queue": name}
        metrics.watch(WAITING, lambda: queue().waiting, **labels)
        metrics.watch(OVERDUE, lambda: queue().overdue, **labels)
        metrics.watch(OLDEST, lambda: queue().oldest_seconds, **labels)

    def shown(self) -> dict[str, Any]:
        """All of it, as JSON."""
        return {
            "queues": {name: queue() for name, queue in sorted(self._queues.items())},
            "rows": dict(sorted(self.count().items())),
        }
