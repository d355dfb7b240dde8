"""`python -m fairlead.testing.patched …`: pytest in a process that eventlet has patched.

Called by hand it is pytest, with pytest's arguments. The plugin `green` calls it, and says on a
socket, whose number is in FAIRLEAD_GREEN, what to run.
"""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split

import os
import sys
from multiprocessing.connection import Connection
from typing import Any

import eventlet
import pytest

from .green import SOCKET, Order, Report

_write = eventlet.patcher.original("os").write


class Line(Connection):
    """To the other process. Eventlet's own writing tries for ever where nobody reads any more, at
    the cost of a core, when the other process was killed."""

    def _send(self, buf: bytes, write: Any = _write) -> None:
        super()._send(buf, write)  # type: ignore[misc]


class Clock:
    """pytest-timeout's timer, as a time-out of the greenlet that tests.

    Its own would end the process: it takes the patched main thread for another than the main one.
    """

    def __init__(self) -> None:
        self._timer: Any = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> bool:
        """Begin."""
        late = pytest.fail.Exception(f"Timeout (>{settings.timeout}s) from pytest-timeout.")
        self._timer = eventlet.Timeout(settings.timeout, late)
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_timeout_cancel_timer(self, item: pytest.Item) -> bool:
        """End."""
        if self._timer is not None:
            self._timer.cancel()
        return True


class Errands:
    """Runs the collected tests in the order in which the other process asks for them."""

    def __init__(self, socket: Connection[Report, Order], config: pytest.Config) -> None:
        self._socket = socket
        self._config = config

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run what is asked for until nothing more is."""
        items = {item.nodeid: item for item in session.items}
        self._socket.send(None)
        while (order := self._socket.recv()) is not None:
            wanted, following = order
            if wanted not in items:
                raise LookupError(f"{wanted}: a test's name must be the same in each process")
            # Where the next is not known, what belongs to the session stays and the rest goes.
            after: pytest.Item | pytest.Session = items.get(following or "", session)
            self._config.hook.pytest_runtest_protocol(item=items[wanted], nextitem=after)
            self._socket.send(None)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Pass it on."""
        hook = self._config.hook
        self._socket.send(hook.pytest_report_to_serializable(config=self._config, report=report))


class Introduction:
    """Lets the errands begin when pytest has read its settings."""

    def __init__(self, socket: Connection[Report, Order]) -> None:
        self._socket = socket

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register them."""
        config.pluginmanager.register(Errands(self._socket, config), "fairlead errands")


def main(arguments: list[str]) -> int:
    """Run pytest; returns its exit code."""
    number = os.environ.pop(SOCKET, None)
    if number is None:
        return int(pytest.main(arguments, plugins=[Clock()]))
    socket = Line(int(number))
    with socket:
        return int(pytest.main(arguments, plugins=[Clock(), Introduction(socket)]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
