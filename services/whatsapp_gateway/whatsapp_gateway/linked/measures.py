"""How long a voice note is, and how large a picture: the phone of the other side shows both before
it has the file. Read from the files themselves, which may be anything."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO, Final

_END: Final = 128 * 1024  # more than the longest page of Ogg
_OPUS_PER_SECOND: Final = 48_000
_NO_PACKET: Final = -1
_LONGEST: Final = 24 * 3600
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MOST_MARKERS: Final = 200


def seconds(path: Path) -> int | None:
    """Of Opus in Ogg, which voice notes are; None for anything else."""
    with open(path, "rb") as file:
        head = file.read(4096)
        start = head.find(b"OpusHead")
        if not head.startswith(b"OggS") or start < 0 or len(head) < start + 12:
            return None
        (skipped,) = struct.unpack_from("<H", head, start + 10)
        file.seek(max(0, os.fstat(file.fileno()).st_size - _END))
        last = _last_position(file.read())
    if last is None or last <= skipped:
        return None
    found = max(1, round((last - skipped) / _OPUS_PER_SECOND))
    return found if found <= _LONGEST else None


def size(path: Path) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG; None for anything else."""
    with open(path, "rb") as file:
        head = file.read(24)
        if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) == 24:
            width, height = struct.unpack_from(">II", head, 16)
            return width, height
        if not head.startswith(b"\xff\xd8"):
            return None
        file.seek(2)
        return _of_jpeg(file)


def _last_position(end: bytes) -> int | None:
    """Where the last page ends on which a packet does."""
    at = end.rfind(b"OggS")
    while at >= 0:
        if len(end) >= at + 14:
            (position,) = struct.unpack_from("<q", end, at + 6)
            if position != _NO_PACKET:
                return int(position)
        at = end.rfind(b"OggS", 0, at)
    return None


def _of_jpeg(file: BinaryIO) -> tuple[int, int] | None:
    for _ in range(_MOST_MARKERS):
        marker = file.read(4)
        if len(marker) < 4 or marker[0] != 0xFF:
            return None
        (length,) = struct.unpack_from(">H", marker, 2)
        if marker[1] in _FRAMES:
            frame = file.read(5)
            if len(frame) < 5:
                return None
            height, width = struct.unpack_from(">HH", frame, 1)
            return width, height
        file.seek(max(0, length - 2), os.SEEK_CUR)
    return None
