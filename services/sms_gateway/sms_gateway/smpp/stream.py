"""PDUs out of a stream of bytes (SMPP 3.4, 3.2): it never loses step, or says that it has."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = struct.Struct(">IIII")
# A message_payload may be 64 KiB; what claims to be longer is no PDU but a stream out of step.
LONGEST = 80_000


class OutOfStep(Exception):
    """What came cannot be the beginning of a PDU. The connection is of no use any more."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A PDU as it came: its header, and its body not looked into yet."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def __bytes__(self) -> bytes:
        length = HEADER.size + len(self.body)
        return HEADER.pack(length, self.command, self.status, self.sequence) + self.body


class Splitter:
    """Bytes in, as the network cuts them; whole PDUs out.

    What is not a whole PDU yet is kept for the next bytes, whoever stopped waiting meanwhile: a
    client that forgets half a PDU at a time-out reads the rest of it as a header.
    """

    def __init__(self) -> None:
        self._kept = bytearray()

    def take(self, data: bytes) -> Iterator[Raw]:
        """The PDUs that `data` completes. Raises OutOfStep."""
        self._kept += data
        while len(self._kept) >= HEADER.size:
            length, command, status, sequence = HEADER.unpack_from(self._kept)
            if not HEADER.size <= length <= LONGEST:
                raise OutOfStep(f"a PDU cannot be {length} octets long")
            if len(self._kept) < length:
                return
            body = bytes(self._kept[HEADER.size : length])
            del self._kept[:length]
            yield Raw(command, status, sequence, body)
