"""A running system for the tests of its HTTP API: on the embedded bus, with two organisations."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.e2e.client import wait_for

# Each client would read all certificates of the machine, which takes longer than a request.
TLS = httpx.create_ssl_context()


@dataclass(frozen=True)
class Running:
    """Where it is, and the API tokens: by organisation (`ours`, `theirs`), then by role.

    Each service's database is a file in `folder`.
    """

    folder: Path
    address: str
    tokens: dict[str, dict[str, str]]

    def client(self, organisation: str, role: str) -> httpx.Client:
        """A client that is signed in."""
        stranger = self.stranger()
        stranger.headers["Authorization"] = f"Bearer {self.tokens[organisation][role]}"
        return stranger

    def stranger(self) -> httpx.Client:
        """A client without credentials."""
        return httpx.Client(base_url=f"{self.address}/api/v1", timeout=30, verify=TLS)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The system, new for each file of tests."""
    folder = tmp_path_factory.mktemp("api")
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.api.running", str(folder)], stdout=out, stderr=out
        )
        path = folder / "ready.json"

        def ready() -> bool:
            assert process.poll() is None, log.read_text()
            return path.exists()

        try:
            wait_for(ready, "the services to be ready", seconds=60)
            yield Running(folder, **json.loads(path.read_text()))
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
    assert code == 0, log.read_text()
    assert "unforeseen error" not in log.read_text(), log.read_text()
