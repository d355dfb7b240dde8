"""The processes that are measured: each is told what to do, and answers, by lines of JSON."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from .sampling import Sampler

PROFILES = "FAIRLEAD_BENCH_PROFILES"  # the folder that profiles are written to, if any
ROOT = Path(__file__).parents[2]
ANSWER_SECONDS = 300.0
STOP_SECONDS = 30.0

Orders: TypeAlias = Mapping[str, Callable[..., Any]]


class WorkerDied(Exception):
    """A measured process ended or said nothing; its errors stand on our standard error."""


class Worker:
    """`python -m MODULE ARGUMENTS…` with a line to it. It ends with us, whatever ends us."""

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        here, there = socket.socketpair()
        self._module = module
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=there.fileno(),
                stdout=sys.stderr,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
            )
        here.settimeout(ANSWER_SECONDS)
        self._line = here
        self._answers = here.makefile("r")
        self._read()

    def ask(self, order: str, **arguments: Any) -> Any:
        """Let it do something, and wait for what comes of it. Raises WorkerDied."""
        self._line.sendall(json.dumps([order, arguments]).encode() + b"\n")
        return self._read()

    def cpu_seconds(self) -> float:
        """The processor time that it has used so far, in seconds."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        user, system = stat.rpartition(") ")[2].split()[11:13]  # proc(5): fields 14 and 15
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        self._answers.close()
        self._line.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self) -> Any:
        try:
            line = self._answers.readline()
        except TimeoutError:
            line = ""
        if not line:
            self.stop()
            raise WorkerDied(f"{self._module} gave no answer")
        return json.loads(line)


@contextmanager
def workers(*starts: Callable[[], Worker]) -> Iterator[list[Worker]]:
    """Workers that are started in order and stopped at the end."""
    running: list[Worker] = []
    try:
        for start in starts:
            running.append(start())
        yield running
    finally:
        for worker in reversed(running):
            worker.stop()


def obey(orders: Orders) -> None:
    """In the worker: say that it is ready, then do what is asked until nobody asks any more.

    The line is a socket, so that a process with eventlet's loop goes on while it waits for it.
    """
    line = socket.socket(fileno=0)
    asked = line.makefile("r")
    _answer(line, None)
    with _profiled():
        for order in asked:
            name, arguments = json.loads(order)
            _answer(line, orders[name](**arguments))


@contextmanager
def _profiled() -> Iterator[None]:
    folder = os.environ.get(PROFILES)
    if not folder:
        yield
        return
    sampler = Sampler()
    sampler.start()
    yield
    module = sys.modules["__main__"].__spec__.name.rpartition("bench.")[2]  # type: ignore[union-attr]
    sampler.write(Path(folder) / ".".join([module, *sys.argv[1:2], "txt"]))


def _answer(line: socket.socket, answer: Any) -> None:
    line.sendall(json.dumps(answer).encode() + b"\n")
