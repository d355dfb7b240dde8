"""A pytest plugin: what is marked `green` runs in one patched process, beside this one.

One for each pytest process (each worker of a parallel run), started when the first such test comes
and ended with the session, so that its fixtures of session scope live as long as others do.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import pytest

from ..store.green import is_green

__all__ = ["pytest_configure", "pytest_runtest_protocol", "pytest_sessionfinish"]

SOCKET = "FAIRLEAD_GREEN"
SILENCE_SECONDS = 300.0  # each test has a time-out of its own there; this is for a stuck process
END_SECONDS = 30.0
LOG_TAIL = 4000  # characters

Order: TypeAlias = tuple[str, str | None] | None
"""The test to run and the one after it, by their ids; None: go home."""
Report: TypeAlias = dict[str, Any] | None
"""A test's report; None: ready for the next."""


class Gone(Exception):
    """The patched process is not there any more."""


class PatchedProcess:
    """The second pytest, which collected the same files and runs what it is told."""

    def __init__(self, config: pytest.Config, files: list[str]) -> None:
        self._config = config
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 — closed by `end`
        ours, theirs = Pipe()
        self._socket: Connection[Order, Report] = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 — our own interpreter
                [sys.executable, "-m", "fairlead.testing.patched", *self._options(), *files],
                cwd=config.invocation_params.dir,
                env=self._environment(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
            )
        self._receive()

    def _options(self) -> list[str]:
        options = [f"--rootdir={self._config.rootpath}", "-p", "no:cacheprovider", "-p", "no:xdist"]
        return [*options, "-c", str(self._config.inipath)] if self._config.inipath else options

    def _environment(self, socket: int) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            # Options that this process was given by the environment are not the other's.
            if name != "PYTEST_ADDOPTS" and not name.startswith("PYTEST_XDIST")
        }
        return {**inherited, SOCKET: str(socket), "PYTHONPATH": os.pathsep.join(sys.path)}

    def run(self, item: pytest.Item, following: pytest.Item | None) -> Iterator[pytest.TestReport]:
        """Run `item` there; gives its reports as they come. Raises Gone."""
        with contextlib.suppress(OSError):  # then there is nothing to receive either
            self._socket.send((item.nodeid, following.nodeid if following else None))
        while (data := self._receive()) is not None:
            yield self._config.hook.pytest_report_from_serializable(config=self._config, data=data)

    def _receive(self) -> Report:
        try:
            if self._socket.poll(SILENCE_SECONDS):
                return self._socket.recv()
            reason = f"it was silent for {SILENCE_SECONDS:g} seconds"
        except (EOFError, OSError):
            reason = "it ended"
        self._process.kill()
        gone = Gone(f"{reason}\n{self._last_words()}")
        self.end()
        raise gone

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-LOG_TAIL:]

    def end(self) -> None:
        """Let it tear down what is left, and go."""
        with contextlib.suppress(OSError):
            self._socket.send(None)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.close()
        self._log.close()


_KEY = pytest.StashKey[PatchedProcess]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", "green: runs in a process that eventlet has patched")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Have it run over there, if it is marked and this process is not patched itself."""
    if is_green() or not _is_marked(item):
        return None
    if item.config.pluginmanager.hasplugin("timeout"):
        item.config.hook.pytest_timeout_cancel_timer(item=item)  # the other process has its own
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in _reports(item, nextitem if nextitem and _is_marked(nextitem) else None):
        item.ihook.pytest_runtest_logreport(report=report)
    # The test before this one kept here what this one would have used: the folder, the session.
    item.session._setupstate.teardown_exact(nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send the patched process home."""
    process = session.config.stash.get(_KEY, None)
    if process is not None:
        del session.config.stash[_KEY]
        process.end()


def _is_marked(item: pytest.Item) -> bool:
    return item.get_closest_marker("green") is not None


def _reports(item: pytest.Item, following: pytest.Item | None) -> Iterator[pytest.TestReport]:
    stash = item.config.stash
    try:
        if _KEY not in stash:
            marked = filter(_is_marked, item.session.items)
            files = dict.fromkeys(str(each.path) for each in marked)
            stash[_KEY] = PatchedProcess(item.config, list(files))
        yield from stash[_KEY].run(item, following)
    except Gone as gone:
        if _KEY in stash:
            del stash[_KEY]  # the next test gets a new one
        yield pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords=dict.fromkeys(item.keywords, 1),
            outcome="failed",
            longrepr=f"the patched process is gone: {gone}",
            when="call",
        )
