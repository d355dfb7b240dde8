"""A bare SMPP client: `python -m scripts.bench.sms.bare PORT PASSWORD`.

What a careful person writes who wants texts out and nothing more: one thread, one socket, a table
of what is under way; a PDU is packed for each text and its answer's status looked at. No pace, no
time-outs, no link that is asked for, no parts.
"""

from __future__ import annotations

import socket
import struct
import sys
import time

from ..worker import obey

_HEADER = struct.Struct(">IIII")
_SUBMIT, _BIND = 0x04, 0x09
_TEXT = b"Your driver is at the main entrance, plate 12-AB-34."


class Client:
    """Signed in as a transceiver."""

    def __init__(self, port: int, password: str) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port))
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = bytearray()
        self._sequence = 0
        body = b"bare\0" + password.encode() + b"\0\0" + bytes([0x34, 0, 0]) + b"\0"
        self._send(_BIND, body)
        self._answers()

    def measure(self, seconds: float, window: int) -> float:
        """Texts per second."""
        begun = time.perf_counter()
        until = begun + seconds
        under_way = {self._submit(number) for number in range(window)}
        answered = 0
        while under_way:
            for sequence, status in self._answers():
                if sequence in under_way and status == 0:
                    under_way.remove(sequence)
                    answered += 1
                    if time.perf_counter() < until:
                        under_way.add(self._submit(answered))
        return answered / (time.perf_counter() - begun)

    def _submit(self, number: int) -> int:
        to = f"35191{number % 10_000_000:07d}".encode()
        body = (
            b"\0"
            + bytes([5, 0])
            + b"Atlas\0"
            + bytes([1, 1])
            + to
            + b"\0"
            + bytes([0, 0, 0])
            + b"\0"
            + b"000002000000000R\0"
            + bytes([1, 0, 0, 0, len(_TEXT)])
            + _TEXT
        )
        return self._send(_SUBMIT, body)

    def _send(self, command: int, body: bytes) -> int:
        self._sequence += 1
        self._sock.sendall(_HEADER.pack(16 + len(body), command, 0, self._sequence) + body)
        return self._sequence

    def _answers(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        while not found:
            data = self._sock.recv(65_536)
            if not data:
                raise ConnectionError("the message centre hung up")
            self._kept += data
            while len(self._kept) >= 16:
                length, command, status, sequence = _HEADER.unpack_from(self._kept)
                if len(self._kept) < length:
                    break
                del self._kept[:length]
                if command & 0x8000_0000:
                    found.append((sequence, status))
                else:  # it asks whether we are there
                    self._sock.sendall(_HEADER.pack(16, command | 0x8000_0000, 0, sequence))
        return found


def main(port: str, password: str) -> None:
    """Be one side of the pair."""
    obey({"measure": Client(int(port), password).measure})


if __name__ == "__main__":
    main(*sys.argv[1:])
