"""A socket with one deadline for everything, for `http.client`.

A socket's own time-out is for each read: a server that sends a byte now and then is never late.
"""

from __future__ import annotations

import io
import socket
import time
from typing import Any

PIECE = 64 * 1024  # bytes that are sent with one look at the clock


class TimedSocket:
    """`sock` until a moment of the monotonic clock; then every call raises TimeoutError."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock = sock
        self._until = until

    def sendall(self, data: Any) -> None:
        """Send everything."""
        view = memoryview(data).cast("B")
        for start in range(0, len(view), PIECE):
            self._wind()
            self._sock.sendall(view[start : start + PIECE])

    def recv_into(self, buffer: Any) -> int:
        """Read what is there, at most what `buffer` takes."""
        self._wind()
        return self._sock.recv_into(buffer)

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        """A stream to read from."""
        return io.BufferedReader(_Stream(self))

    def close(self) -> None:
        """Leave the line to its owner: http.client closes here before the answer is read."""

    def _wind(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("it took too long")
        self._sock.settimeout(left)


class _Stream(io.RawIOBase):
    def __init__(self, sock: TimedSocket) -> None:
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return self._sock.recv_into(buffer)
