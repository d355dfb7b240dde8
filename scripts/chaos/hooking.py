"""Meta's side of WhatsApp: brings what people write, and how messages fared, by webhooks.

It brings each until it is acknowledged, in no order, several in one webhook, and some of them again
afterwards, as Meta says that it may.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx

from scripts.chaos.sending import ANSWER_SECONDS
from scripts.servers import graph
from scripts.servers.graph import Graph

PAUSE = 0.2
BATCH = 4  # items in one webhook at most
AGAIN = 0.3  # of the webhooks bring something once more that was acknowledged
STATUSES = ("sent", "delivered", "read")


@dataclass(frozen=True)
class Item:
    """A message, with its writer's name, or a status of one of ours, without."""

    content: dict[str, Any]
    name: str = ""


class Meta:
    """Brings to `hook`, whose path is the connection's; `refused` are answers that should not be.

    Several threads may `deliver`; they end when it is closed.
    """

    def __init__(self, there: Graph, hook: str, seed: int) -> None:
        self.refused: list[str] = []
        self._there = there
        self._hook = hook
        self._chance = random.Random(seed)  # noqa: S311 - no secret
        self._waiting: list[Item] = []
        self._brought: list[Item] = []
        self._told: set[str] = set()
        self._closed = threading.Event()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many were never acknowledged."""
        self._hear()
        return len(self._waiting)

    def write(self, sender: str, id: str, said: str) -> None:
        """Somebody writes."""
        with self._lock:
            self._waiting.append(Item(graph.text(sender, id, said), name=f"Guest {sender[-3:]}"))

    def deliver(self) -> None:
        """Bring until it is closed."""
        with httpx.Client(timeout=ANSWER_SECONDS) as http:
            while not self._closed.is_set():
                self._hear()
                items = self._chosen()
                if not items or not self._bring(http, items):
                    time.sleep(PAUSE)

    def close(self) -> None:
        """Bring nothing more."""
        self._closed.set()

    def _hear(self) -> None:
        """What becomes of messages that were taken since."""
        with self._lock:
            for id, message in list(self._there.accepted.items()):
                if id not in self._told:
                    self._told.add(id)
                    ours = {"biz_opaque_callback_data": message["biz_opaque_callback_data"]}
                    self._waiting += [
                        Item(graph.status(id, word, message["to"], **ours)) for word in STATUSES
                    ]

    def _chosen(self) -> list[Item]:
        with self._lock:
            if not self._waiting:
                return []
            count = self._chance.randint(1, min(BATCH, len(self._waiting)))
            chosen = self._chance.sample(self._waiting, count)
            if self._brought and self._chance.random() < AGAIN:
                chosen.append(self._chance.choice(self._brought))
            return chosen

    def _bring(self, http: httpx.Client, items: list[Item]) -> bool:
        body = _webhook(items)
        signature = {"X-Hub-Signature-256": graph.signed(body)}
        try:
            response = http.post(self._hook, content=body, headers=signature)
        except httpx.TransportError:
            return False
        if response.status_code != 200:
            if response.status_code < 500:
                said = f"{response.status_code} {response.text[:200]}"
                self.refused.append(f"a webhook was answered {said}")
            return False
        with self._lock:
            # Another thread may have brought the same meanwhile: that is a repetition, too.
            self._waiting = [each for each in self._waiting if each not in items]
            self._brought += items
        return True


def _webhook(items: list[Item]) -> bytes:
    written = [each for each in items if each.name]
    contacts = [{"profile": {"name": each.name}, "wa_id": each.content["from"]} for each in written]
    statuses = tuple(each.content for each in items if not each.name)
    messages = [each.content for each in written]
    return graph.body(graph.value(*messages, statuses=statuses, contacts=contacts))
