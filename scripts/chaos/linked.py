"""A WhatsApp number that is linked to the stand-in for the network, and the process behind it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import httpx

from scripts.servers import whatsapp_client
from scripts.servers.whatsapp.server import StandIn
from scripts.stack import Stack
from tests.e2e.client import Api, wait_for

GATEWAY = "whatsapp_gateway"
AGAIN_SECONDS = 120.0


class LinkedDevice:
    """Linked when it is made. Killed, its gateway starts it again."""

    def __init__(self, api: Api, stack: Stack, standin: StandIn) -> None:
        self._api = api
        self._stack = stack
        details = {
            "label": "Linked",
            "kind": "linked",
            "number": f"+{standin.world.own}",
            "pace": {"per_minute": 6000, "people_a_day": 100_000},
        }
        self.id = api.post("/connections", {"channel": "whatsapp", "details": details})["id"]
        self._path = f"/connections/{self.id}"
        code = wait_for(lambda: api.post(f"{self._path}/qr"), "a code to scan", AGAIN_SECONDS)
        standin.scan(code["text"])
        wait_for(lambda: standin.world.bundle, "the device's keys", AGAIN_SECONDS)
        wait_for(self._is_open, "the device to be linked", AGAIN_SECONDS)

    def kill(self) -> None:
        """kill -9 of the process that holds the session."""
        wait_for(self._workers, "a process that holds the session", AGAIN_SECONDS)
        for pid in self._workers():
            os.kill(pid, signal.SIGKILL)

    def start(self) -> None:
        """It is its gateway that starts it again: return when it is linked."""
        wait_for(
            lambda: self._workers() and self._is_open(), "the device to be back", AGAIN_SECONDS
        )

    def _workers(self) -> list[int]:
        parent = self._stack.processes[GATEWAY].pid
        return [
            int(folder.name)
            for folder in Path("/proc").glob("[0-9]*")
            if _parent(folder) == parent and _runs_worker(folder)
        ]

    def _is_open(self) -> bool:
        try:
            response = self._api.http.get(self._path)
        except httpx.TransportError:
            return False
        found: Any = response.json() if response.is_success else {"link": None}
        return bool(found["link"] == "open")


def _parent(folder: Path) -> int | None:
    """The parent of a process; None where it runs no more (proc(5): Z is a zombie)."""
    try:
        state, parent = (folder / "stat").read_text().rpartition(") ")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)


def _runs_worker(folder: Path) -> bool:
    try:
        return whatsapp_client.__file__.encode() in (folder / "cmdline").read_bytes()
    except OSError:
        return False
