"""A private message centre for texts: the npm package smpp, by which others' clients are tested."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, ClassVar

from scripts.servers.node import CENTRE, NoNode, install, node
from scripts.servers.server import Server, ServerError

ANSWER_SECONDS = 70.0


class MessageCentre(Server):
    """Speaks SMPP 3.4 on `port`; `server.js` says what it does, and what texts make it do.

    `delay` in seconds before each answer. Its password is `password`, for any name.
    """

    name = "message-centre"
    account = "root"
    ports_needed: ClassVar[tuple[str, ...]] = ("port", "control")
    start_seconds: ClassVar[float] = 20

    def __init__(
        self,
        folder: Path | None = None,
        *,
        delay: float = 0,
        receipts: bool = True,
        remember: bool = True,
    ) -> None:
        super().__init__(folder)
        self._options = {
            "delay": round(delay * 1000),
            "receipts": receipts,
            "remember": remember,
        }

    @property
    def password(self) -> str:
        """At most eight characters, as SMPP has it."""
        return self.secret[:8]

    @property
    def texts(self) -> list[dict[str, Any]]:
        """The texts that it took since it was started, each part by itself."""
        found: list[dict[str, Any]] = self._ask("GET", "/texts")
        return found

    @property
    def sessions(self) -> dict[str, int]:
        """How many there are `now`; how many `binds` and `answered_links` there were."""
        found: dict[str, int] = self._ask("GET", "/sessions")
        return found

    def bring(self, source: str, destination: str, text: str) -> int | None:
        """Bring a text to a client; returns the status that it answered, None where nobody is
        there or nobody answers."""
        said = {"source": source, "destination": destination, "text": text}
        try:
            status: int = self._ask("POST", "/write", said)["status"]
        except urllib.error.HTTPError:
            return None
        return status

    def wait_for(self, submitted: int) -> None:
        """Return as soon as so many parts were submitted since it was started."""
        self._ask("GET", f"/submitted?count={submitted}")

    def hang_up(self) -> None:
        """Break every connection."""
        self._ask("POST", "/hang_up")

    def prepare(self) -> None:
        """Installs its package where it is not."""
        try:
            install()
        except NoNode as error:
            raise ServerError(str(error)) from None

    def command(self) -> list[str]:
        """Node on the script."""
        given = {**self.ports, "password": self.password, **self._options}
        return [node(), str(CENTRE / "server.js"), json.dumps(given)]

    def environment(self) -> dict[str, str]:
        """Where its package is."""
        return {"NODE_PATH": str(install())}

    def ready(self) -> bool:
        """Whether both ports are listened on."""
        try:
            for port in self.ports.values():
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    def _ask(self, method: str, path: str, said: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['control']}{path}",
            data=None if said is None else json.dumps(said).encode(),
            method=method,
        )
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:  # noqa: S310
            return json.load(response)
