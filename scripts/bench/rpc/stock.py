"""nameko as it comes: `python -m scripts.bench.rpc.stock server|client URI`.

Two nameko services; the one asks the other through its RpcProxy, which is faster than the
ClusterRpcProxy that stands alone. The callee may work on a hundred calls at once
instead of nameko's ten.
"""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import sys
import time
from typing import Any

import eventlet
from nameko.containers import ServiceContainer
from nameko.rpc import RpcProxy, rpc
from nameko.testing.services import entrypoint_hook

from ..worker import obey
from .echo import TEXT

AT_ONCE = 100


class StockEcho:
    """Says what it is told."""

    name = "stock_echo"

    @rpc  # type: ignore[untyped-decorator]
    def echo(self, text: str) -> str:
        return text


class StockAsker:
    """Asks with so many greenlets at a time."""

    name = "stock_asker"
    stock_echo = RpcProxy("stock_echo")

    @rpc  # type: ignore[untyped-decorator]
    def measure(self, seconds: float, window: int) -> float:
        """Calls per second."""
        begun = time.perf_counter()
        until = begun + seconds

        def ask(number: int) -> int:
            answered = 0
            while time.perf_counter() < until:
                self.stock_echo.echo(TEXT)
                answered += 1
            return answered

        answered = sum(eventlet.GreenPool(window).imap(ask, range(window)))
        return float(answered) / (time.perf_counter() - begun)


def start(service: type, uri: str) -> Any:
    """A running container."""
    container = ServiceContainer(service, {"AMQP_URI": uri, "max_workers": AT_ONCE})
    container.start()
    return container


def main(role: str, uri: str) -> None:
    """Be one side of the pair."""
    if role == "server":
        start(StockEcho, uri)
        obey({})
    else:
        with entrypoint_hook(start(StockAsker, uri), "measure", timeout=60) as measure:
            obey({"measure": measure})


if __name__ == "__main__":
    main(*sys.argv[1:])
