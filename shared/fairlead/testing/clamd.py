"""A stand-in for clamd that speaks its protocol: INSTREAM with chunks, its size limit, EICAR."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every virus checker finds (eicar.org); in two parts, so that none finds us."""


class FakeClamd:
    """Answers as clamd 1.x does. `limit` is StreamMaxLength; `silent` makes it answer nothing."""

    def __init__(self, limit: int = 25 * 1024 * 1024) -> None:
        self.limit = limit
        self.silent = False
        self.scanned: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self) -> None:
        """Be away from now on."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._socket.accept()
                threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with line, suppress(OSError, EOFError), line.makefile("rb") as stream:
            if _exactly(stream, 10) != b"zINSTREAM\0":
                line.sendall(b"UNKNOWN COMMAND\0")
                return
            content = b""
            while True:
                (size,) = struct.unpack(">I", _exactly(stream, 4))
                if size == 0:
                    break
                if len(content) + size > self.limit:
                    line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                    return  # and hangs up, whatever is still coming
                content += _exactly(stream, size)
            self.scanned.append(content)
            if self.silent:
                stream.read(1)
            elif EICAR in content:
                line.sendall(b"stream: Eicar-Signature FOUND\0")
            else:
                line.sendall(b"stream: OK\0")


def _exactly(stream: object, size: int) -> bytes:
    read: bytes = stream.read(size)  # type: ignore[attr-defined]
    if len(read) < size:
        raise EOFError
    return read


@contextmanager
def fake_clamd(limit: int = 25 * 1024 * 1024) -> Iterator[FakeClamd]:
    """One that runs for the block."""
    running = FakeClamd(limit)
    try:
        yield running
    finally:
        running.stop()
