"""The worker's end of the line to the service."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

from ..protocol import codec
from ..protocol.commands import Command
from ..protocol.events import Event, Problem
from ..protocol.frames import OutOfStep, Splitter

PIECE = 64 * 1024


class Line:
    """Events out by any thread, commands in by one."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()

    def say(self, event: Event) -> None:
        """Tell the service. Where it is gone, nothing happens: `commands` ends then."""
        with self._sending, suppress(OSError):
            self._sock.sendall(codec.encoded(event))

    def commands(self) -> Iterator[Command]:
        """What the service says, until it hangs up. What is not understood is passed over."""
        splitter = Splitter()
        while True:
            try:
                data = self._sock.recv(PIECE)
            except OSError:
                return
            if not data:
                return
            try:
                for body in splitter.take(data):
                    try:
                        yield codec.command(body)
                    except codec.Unknown as error:
                        self.say(Problem("unknown_command", str(error)))
            except OutOfStep:
                return
