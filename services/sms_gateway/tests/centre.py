"""A message centre for tests, over a real socket: it does what the test says, and writes it down.

Independent ones are in tests/servers; this one can do what those cannot, such as answer late.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import eventlet

from sms_gateway.smpp import pdus
from sms_gateway.smpp.commands import RESPONSE, Command
from sms_gateway.smpp.session import Options
from sms_gateway.smpp.stream import Raw, Splitter

Script = Callable[["Centre", Raw], None]


class Centre:
    """Takes one connection after another. `script` says what happens to each request."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.heard: list[Raw] = []
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._sock: socket.socket | None = None
        self._serving = eventlet.spawn(self._serve)

    @property
    def options(self) -> Options:
        """How to reach it."""
        port = self._listening.getsockname()[1]
        return Options("127.0.0.1", port, "us", "secret", private_hosts=True)

    def say(self, octets: bytes | Raw) -> None:
        """Send something by itself."""
        assert self._sock is not None
        self._sock.sendall(bytes(octets))

    def hang_up(self) -> None:
        """Close the connection at once."""
        if self._sock is not None:
            self._sock.shutdown(socket.SHUT_RDWR)

    def of(self, command: Command) -> list[Raw]:
        """What was heard of one kind."""
        return [each for each in self.heard if each.command == command]

    def stop(self) -> None:
        """End."""
        self._serving.kill()
        self._listening.close()
        with suppress(OSError):
            self.hang_up()

    def _serve(self) -> None:
        while True:
            self._sock, _ = self._listening.accept()
            self.connections += 1
            self._converse(self._sock)

    def _converse(self, sock: socket.socket) -> None:
        splitter = Splitter()
        try:
            while data := sock.recv(65_536):
                for raw in splitter.take(data):
                    self.heard.append(raw)
                    if not raw.command & RESPONSE:
                        self.script(self, raw)
        except OSError:
            pass
        finally:
            sock.close()


def agreeable(centre: Centre, raw: Raw) -> None:
    """Says yes to everything; texts are called by their sequence numbers."""
    if raw.command in (
        Command.BIND_TRANSCEIVER,
        Command.BIND_TRANSMITTER,
        Command.BIND_RECEIVER,
    ):
        centre.say(pdus.answer(raw, body=b"centre\0"))
    elif raw.command == Command.SUBMIT_SM:
        centre.say(pdus.answer(raw, body=f"id-{raw.sequence}".encode() + b"\0"))
    else:
        centre.say(pdus.answer(raw))


@contextmanager
def listening(script: Script = agreeable) -> Iterator[Centre]:
    """A centre until the block ends."""
    centre = Centre(script)
    try:
        yield centre
    finally:
        centre.stop()
