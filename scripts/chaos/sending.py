"""Mail on its way out: posted to the API as a careful client does."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

import httpx

from scripts.chaos.quota import Quota
from scripts.chaos.world import World
from tests.e2e.client import Api

# Longer than the API waits for a service, and short for one whose process is gone.
ANSWER_SECONDS = 20.0
PAUSE, LONGEST_PAUSE = 0.25, 2.0


@dataclass(frozen=True)
class Sent:
    """A mail that the API answered with 201: its message, and seconds since the epoch."""

    number: int
    message: str
    begun: float
    accepted: float


class Outgoing:
    """Posts each mail under a key of its own, again and again until it is accepted.

    Several threads may `run` at once. `repeated` counts why a post was repeated; `refused` are the
    answers that no repeating helps against.
    """

    def __init__(self, api: Api, world: World, quota: Quota) -> None:
        self.sent: list[Sent] = []
        self.repeated: Counter[str] = Counter()
        self.refused: list[str] = []
        self._http = api.http
        self._world = world
        self._quota = quota
        self._lock = threading.Lock()

    def run(self) -> None:
        """Send until there is nothing more to send."""
        while (number := self._quota.take()) is not None:
            self._send(number)

    def _send(self, number: int) -> None:
        begun = time.time()
        pause = PAUSE
        while not self._quota.closed:
            trouble = self._try(number, begun)
            if trouble is None:
                return
            with self._lock:
                self.repeated[trouble] += 1
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _try(self, number: int, begun: float) -> str | None:
        """Post once; returns what went wrong if it is worth another try."""
        try:
            response = self._http.post(
                "/messages",
                json=self._world.draft(number),
                headers={"Idempotency-Key": f"request-{number}"},
                timeout=ANSWER_SECONDS,
            )
        except httpx.TransportError as error:
            return type(error).__name__
        if response.status_code == 429 or response.status_code >= 500:
            return str(response.status_code)
        with self._lock:
            if response.status_code == 201:
                message = response.json()[0]["id"]
                self.sent.append(Sent(number, message, begun, time.time()))
            else:
                self.refused.append(f"mail {number}: {response.status_code} {response.text[:200]}")
        return None
