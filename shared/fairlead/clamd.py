"""A client of clamd, the virus checker (ClamAV), over its INSTREAM command.

Protocol: the manual page clamd(8), section COMMANDS. A content is sent in chunks, each with its
length before it, and is answered with one line. When it is longer than clamd's StreamMaxLength,
the answer comes before everything was sent, and the connection is closed.
"""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

CHUNK: Final = 64 * 1024
_LENGTH: Final = struct.Struct(">I")
_LONGEST_ANSWER: Final = 4096


class Away(Exception):
    """clamd cannot be asked now, or gave no answer; later it may."""


class Refused(Exception):
    """clamd will not check this content; the text is its reason."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """Where clamd listens: a host and port, or the path of a socket. Times in seconds."""

    host: str = ""
    port: int = 0
    path: str = ""
    connect: float = 5.0
    total: float = 120.0

    def scan(self, content: bytes) -> str | None:
        """The name of the virus in `content`, or None. Raises Away and Refused."""
        until = time.monotonic() + self.total
        try:
            with self._dial() as line:
                with suppress(BrokenPipeError, ConnectionResetError):  # it spoke before the end
                    _send(line, content, until)
                answer = _receive(line, until)
        except OSError as error:
            raise Away(error.strerror or str(error) or type(error).__name__) from None
        return _verdict(answer)

    def _dial(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), self.connect)
        line = socket.socket(socket.AF_UNIX)
        try:
            line.settimeout(self.connect)
            line.connect(self.path)
        except OSError:
            line.close()
            raise
        return line


def parse(text: str) -> Clamd | None:
    """The clamd that a setting names: `host:port`, a path, or nothing. Raises ValueError."""
    if not text:
        return None
    if text.startswith("/"):
        return Clamd(path=text)
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("is neither host:port nor the path of a socket")
    return Clamd(host=host.strip("[]"), port=int(port))


def _send(line: socket.socket, content: bytes, until: float) -> None:
    _wind(line, until)
    line.sendall(b"zINSTREAM\0")
    view = memoryview(content)
    for start in range(0, len(view), CHUNK):
        chunk = view[start : start + CHUNK]
        _wind(line, until)
        line.sendall(_LENGTH.pack(len(chunk)) + chunk)
    line.sendall(_LENGTH.pack(0))


def _receive(line: socket.socket, until: float) -> bytes:
    answer = b""
    with suppress(ConnectionResetError):  # after its answer it may hang up at what was not read
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            _wind(line, until)
            part = line.recv(_LONGEST_ANSWER)
            if not part:
                break
            answer += part
    return answer


def _wind(line: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    line.settimeout(left)


def _verdict(answer: bytes) -> str | None:
    text = answer.rstrip(b"\0\r\n").decode("utf-8", "replace")
    if text == "stream: OK":
        return None
    if text.startswith("stream: ") and text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    if "size limit exceeded" in text:
        raise Refused("it is larger than the virus check takes")
    raise Away(text or "it hung up")
