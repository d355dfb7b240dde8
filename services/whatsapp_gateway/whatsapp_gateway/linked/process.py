"""The service's end: starts a worker's process, tells it and hears it.

Everything that waits here waits greenly: the socket is eventlet's where the process is patched, and
the end of the process is asked for without waiting.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import eventlet
import structlog

from .protocol import codec
from .protocol.commands import Command
from .protocol.events import Event
from .protocol.frames import OutOfStep, Splitter

log = structlog.get_logger(__name__)

PIECE = 64 * 1024
COMMAND = (sys.executable, "-m", "whatsapp_gateway.linked.worker")
LOG = "worker.log"
# The worker needs none of the service's secrets, and has a library of others in it.
_WITHHELD = "FAIRLEAD_"
END_SECONDS = 5.0
_LOOK_SECONDS = 0.05


def environment(inherited: Mapping[str, str]) -> dict[str, str]:
    """What a worker is to know of the world."""
    known = {k: v for k, v in inherited.items() if not k.startswith(_WITHHELD)}
    # Else each message to one person carries a node that says that a bot has written it; and what
    # Python prints of a crash must be there before the end.
    path = os.pathsep.join(filter(None, sys.path))
    return {**known, "NEONIZE_BOT_TAG": "off", "PYTHONUNBUFFERED": "1", "PYTHONPATH": path}


class Worker:
    """A running worker. Made by `started`."""

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket) -> None:
        self._process = process
        self._sock = sock

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def tell(self, command: Command) -> None:
        """Say a command. To one who is gone nothing is said: `events` ends, and that is told."""
        with suppress(OSError):
            self._sock.sendall(codec.encoded(command))

    def events(self) -> Iterator[Event]:
        """What it says, until it is gone. What is not understood is passed over."""
        splitter = Splitter()
        # Closed here alone: a number that another greenlet closes, and the system gives to another
        # file, would have two readers.
        with self._sock, suppress(OSError, OutOfStep):
            while data := self._sock.recv(PIECE):
                for body in splitter.take(data):
                    try:
                        yield codec.event(body)
                    except codec.Unknown as error:
                        log.warning("worker said what is not understood", error=str(error))

    def end(self, seconds: float = END_SECONDS) -> int | None:
        """Hang up, and see to it that the process is gone; returns its exit code."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)  # whoever reads in `events` is at its end
        code = self._ended(seconds)
        if code is None:
            self._process.kill()
            code = self._ended(seconds)
        return code

    def _ended(self, seconds: float) -> int | None:
        for _ in range(int(seconds / _LOOK_SECONDS) + 1):
            if (code := self._process.poll()) is not None:
                return code
            eventlet.sleep(_LOOK_SECONDS)
        return None


Starter = Callable[[Path], Worker]
"""Starts a worker whose folder this is."""


def started(
    folder: Path,
    command: Sequence[str] = COMMAND,
    inherited: Mapping[str, str] | None = None,
) -> Worker:
    """Start a worker. What it prints goes to a file in its folder. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours, theirs = socket.socketpair()
    try:
        with theirs, open(folder / LOG, "wb", opener=_private) as printed:
            process = subprocess.Popen(  # noqa: S603 — our own interpreter
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=environment(os.environ if inherited is None else inherited),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=printed,
            )
    except BaseException:
        ours.close()
        raise
    return Worker(process, ours)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
