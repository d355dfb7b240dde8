"""Our bus: `python -m scripts.bench.rpc.fairlead server|client URI`."""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import sys
import time

import eventlet

from fairlead import logs
from fairlead.bus import Caller, connect
from fairlead.process import Process

from ..worker import obey
from .echo import TEXT, Echo, EchoService


def serve() -> None:
    """Run the service as `fairlead.run` does, but for its store, which it has none of."""
    process = Process([EchoService])
    logs.configure("echo", level="warning")
    process.start()


class Client:
    """Asks with so many greenlets at a time."""

    def __init__(self, uri: str) -> None:
        broker = connect(uri)
        self._echo = Caller(broker).client(Echo)
        self._until = 0.0
        broker.start()

    def measure(self, seconds: float, window: int) -> float:
        """Calls per second."""
        begun = time.perf_counter()
        self._until = begun + seconds
        pool = eventlet.GreenPool(window)
        answered = sum(pool.imap(self._ask, range(window)))
        return float(answered) / (time.perf_counter() - begun)

    def _ask(self, number: int) -> int:
        answered = 0
        while time.perf_counter() < self._until:
            self._echo.echo(text=TEXT)
            answered += 1
        return answered


def main(role: str, uri: str) -> None:
    """Be one side of the pair."""
    if role == "server":
        serve()
        obey({})
    else:
        obey({"measure": Client(uri).measure})


if __name__ == "__main__":
    main(*sys.argv[1:])
