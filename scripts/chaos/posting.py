"""Messages on their way out, as a careful client posts them: under a key, until they are taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from scripts.chaos.quota import Quota
from scripts.chaos.sending import ANSWER_SECONDS, LONGEST_PAUSE, PAUSE
from tests.e2e.client import Api


class Posting:
    """Posts the drafts of numbers, each under a key of its own that begins with `name`.

    `sent` are the numbers that were accepted, `refused` the answers that no repeating helps
    against.
    """

    def __init__(
        self, api: Api, name: str, quota: Quota, draft: Callable[[int], dict[str, Any]]
    ) -> None:
        self.sent: list[int] = []
        self.refused: list[str] = []
        self._api = api
        self._name = name
        self._quota = quota
        self._draft = draft
        self._lock = threading.Lock()

    def run(self) -> None:
        """Post until there are no more."""
        while (number := self._quota.take()) is not None:
            pause = PAUSE
            while not self._quota.closed and not self._post(number):
                time.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _post(self, number: int) -> bool:
        try:
            response = self._api.http.post(
                "/messages",
                json=self._draft(number),
                headers={"Idempotency-Key": f"request-{self._name}-{number}"},
                timeout=ANSWER_SECONDS,
            )
        except httpx.TransportError:
            return False
        if response.status_code == 429 or response.status_code >= 500:
            return False
        with self._lock:
            if response.status_code == 201:
                self.sent.append(number)
            else:
                said = f"{response.status_code} {response.text[:200]}"
                self.refused.append(f"{self._name} {number}: {said}")
        return True
