"""Kills among senders that are as quick as can be."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from scripts.chaos import killing
from scripts.chaos.killing import Killer
from scripts.chaos.plan import Kill
from scripts.chaos.quota import Quota
from scripts.chaos.sending import Outgoing, Sent
from scripts.stack import Stack
from tests.e2e.client import Api

TOTAL = 40


class Servers:
    """Stands for the stack: dies and comes back at once."""

    rabbitmq = postgresql = None

    def __init__(self) -> None:
        self.done: list[tuple[str, str, int]] = []
        self.sent: list[Sent] = []

    def kill_service(self, service: str) -> None:
        self.done.append(("killed", service, len(self.sent)))

    def start_service(self, service: str) -> None:
        self.done.append(("started", service, len(self.sent)))

    def wait_ready(self, service: str) -> None:
        pass


@pytest.fixture
def quota() -> Iterator[Quota]:
    quota = Quota(TOTAL)
    yield quota
    quota.close()


def test_mail_follows_each_kill_however_quick_it_is_sent(
    quota: Quota, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(killing, "THROUGH_SECONDS", 2.0)
    servers = Servers()

    def send() -> None:
        while (number := quota.take()) is not None:
            servers.sent.append(Sent(number, str(number), time.time(), time.time()))

    delivered = httpx.Response(200, json={"deliveries": [{"sent_at": "2026-11-22T12:00:00Z"}]})
    api = SimpleNamespace(http=SimpleNamespace(get=lambda path: delivered))
    stack: Any = servers
    killer = Killer(
        cast("Stack", stack),
        cast("Api", api),
        cast("Outgoing", SimpleNamespace(sent=servers.sent)),
        [quota],
        TOTAL,
    )
    sender = threading.Thread(target=send)
    sender.start()
    kills = [
        Kill("inbox", share=0.13, until=0.5, down=0),
        Kill("webhooks", share=0.63, until=0.9, down=0),
    ]
    killer.run(kills, lambda text: None)
    sender.join(10)
    assert len(servers.sent) == TOTAL
    assert [each.victim for each in killer.killed] == ["inbox", "webhooks"]
    killed = {service: sent for what, service, sent in servers.done if what == "killed"}
    for kill in kills:  # some before it, some on their way, some kept for afterwards
        assert round(kill.share * TOTAL) <= killed[kill.victim] <= round(kill.during * TOTAL)
