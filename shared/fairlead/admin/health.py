"""Is the process alive, and can it do its work?

Alive (`Pulse`): the event loop gives every greenlet its turn. That the bus or the store is away is
no reason to restart a process, so liveness does not ask them. Ready (`Readiness`): everything that
the services registered answers within its deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from .. import logs, metrics
from ..probe import Probe, ask_all
from .watchdog import Watchdog

BEAT: Final = 0.5  # seconds between two beats
FRESH: Final = 1.0  # seconds for which a round of checks is not repeated

log = logs.logger(__name__)


class Pulse:
    """A greenlet (a thread where nothing is patched) that stamps a clock.

    The server answers on the same event loop, so while that is stuck nobody is answered, and the
    prober's own time-out tells him; he who waited gets to hear of it afterwards. What the loop is
    stuck in is written to standard error by a `Watchdog`.
    """

    def __init__(self, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._last = clock()
        self._stalled_at, self._stalled_for = -limit, 0.0
        self._stopped = threading.Event()
        self._watchdog = Watchdog(lambda: clock() - self._last, limit)

    def start(self) -> None:
        """Begin to beat."""
        self._watchdog.start()
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopped.set()
        self._watchdog.stop()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.beat()
            self._stopped.wait(BEAT)

    def beat(self) -> None:
        """Stamp the clock, and remember it when this beat comes too late."""
        now = self._clock()
        late = max(0.0, now - self._last - BEAT)
        metrics.HUB_LAG.set(late)
        if late > self._limit:
            self._stalled_at, self._stalled_for = now, late
            log.error("event loop was stuck", seconds=round(late, 1))
        self._last = now

    def trouble(self) -> str | None:
        """What is wrong: the loop is stuck, or was until at most `limit` seconds ago."""
        now = self._clock()
        if now - self._last > self._limit + BEAT:
            return f"the event loop has given no turn for {now - self._last:.1f} s"
        if self._stalled_for and now - self._stalled_at <= self._limit:
            return f"the event loop was stuck for {self._stalled_for:.1f} s"
        return None


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one check went."""

    service: str
    name: str
    ok: bool
    detail: str
    milliseconds: int


def _result(service: str, name: str, probe: Probe[object]) -> CheckResult:
    detail = probe.value if isinstance(probe.value, str) else ""
    if not probe.answered:
        detail = f"no answer after {probe.seconds:.1f} s"
    elif probe.error is not None:
        said = logs.scrub(str(probe.error)).partition("\n")[0]
        detail = f"{type(probe.error).__name__}: {said}"[:200]
    return CheckResult(
        service=service,
        name=name,
        ok=probe.answered and probe.error is None,
        detail=detail,
        milliseconds=round(probe.seconds * 1000),
    )


class Readiness:
    """The checks of all services of this process, run side by side within one deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._checks: list[tuple[str, str, Probe[object]]] = []
        self._round = threading.Lock()
        self._results: list[CheckResult] = []
        self._ended_at = 0.0

    def add(self, service: str, name: str, check: Callable[[], object]) -> None:
        """Register a check: it fails by raising; a text that it returns is shown as detail."""
        self._checks.append((service, name, Probe(check)))
        self._ended_at = 0.0

    def results(self) -> list[CheckResult]:
        """Every check's result, at most FRESH seconds old."""
        with self._round:
            if time.monotonic() - self._ended_at > FRESH or not self._ended_at:
                self._results = self._run()
                self._ended_at = time.monotonic()
            return self._results

    def _run(self) -> list[CheckResult]:
        checks = list(self._checks)
        ask_all([probe for _, _, probe in checks], self._deadline)
        return [_result(*check) for check in checks]
