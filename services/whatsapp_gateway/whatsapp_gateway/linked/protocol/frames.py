"""Frames on a stream: four bytes of length, big-endian, then that many bytes of JSON.

A frame is not cut at line ends or by silence, so nothing in it can bring the stream out of step;
a length that cannot be is the end of the stream.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

HEADER = struct.Struct(">I")
# History comes in pieces, and files lie in the folder: what is longer is no frame of ours.
LONGEST = 8 * 1024 * 1024


class OutOfStep(Exception):
    """What came cannot be the beginning of a frame. The stream is of no use any more."""


def frame(body: bytes) -> bytes:
    """`body` with its length before it. Raises ValueError where it is too long."""
    if len(body) > LONGEST:
        raise ValueError(f"a frame cannot hold {len(body)} bytes")
    return HEADER.pack(len(body)) + body


class Splitter:
    """Bytes in, as the system cuts them; whole frames out."""

    def __init__(self) -> None:
        self._kept = bytearray()

    def take(self, data: bytes) -> Iterator[bytes]:
        """The bodies that `data` completes. Raises OutOfStep."""
        self._kept += data
        while len(self._kept) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._kept)
            if length > LONGEST:
                raise OutOfStep(f"a frame cannot be {length} bytes long")
            end = HEADER.size + length
            if len(self._kept) < end:
                return
            body = bytes(self._kept[HEADER.size : end])
            del self._kept[:end]
            yield body
