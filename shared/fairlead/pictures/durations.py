"""How long audio and video last, where their container says so in a fixed place."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .words import Drawn

LONGEST = 7 * 86400.0  # seconds; what says that it lasts longer is lying
BOXES = 10_000


def measure(content: bytes, media_type: str) -> Drawn:
    """The seconds of `content`; None where they do not stand where they should."""
    view = memoryview(content)
    try:
        if media_type == "audio/wav":
            seconds = _wave(view)
        elif media_type == "audio/ogg":
            seconds = _ogg(content)
        else:
            seconds = _iso_media(view)
    except struct.error:  # it ends in the middle
        seconds = None
    return Drawn(seconds=round(seconds, 2) if seconds and 0 < seconds < LONGEST else None)


def _wave(view: memoryview) -> float | None:
    """RIFF: the bytes of the data by the bytes of a second."""
    place, rate = 12, 0
    for _ in range(BOXES):
        name, size = struct.unpack_from("<4sI", view, place)
        if name == b"fmt ":
            (rate,) = struct.unpack_from("<I", view, place + 16)
        elif name == b"data":
            return min(size, len(view) - place - 8) / rate if rate else None
        place += 8 + size + size % 2
    return None


def _ogg(content: bytes) -> float | None:
    """RFC 3533: the last page's granule; for Opus 48,000 a second (RFC 7845, section 4)."""
    head, last = content[:200], content.rfind(b"OggS")
    opus, vorbis = head.find(b"OpusHead"), head.find(b"\x01vorbis")
    granule: int = struct.unpack_from("<q", content, last + 6)[0]
    if opus >= 0:
        skipped: int = struct.unpack_from("<H", content, opus + 10)[0]
        return (granule - skipped) / 48_000
    if vorbis >= 0:
        rate: int = struct.unpack_from("<I", content, vorbis + 12)[0]
        return granule / rate if rate else None
    return None


def _iso_media(view: memoryview) -> float | None:
    """ISO 14496-12, section 8.2.2: the movie header's duration by its time scale."""
    for name, start, end in _boxes(view, 0, len(view)):
        if name != b"moov":
            continue
        for inner, place, _ in _boxes(view, start, end):
            if inner != b"mvhd":
                continue
            wide = view[place] == 1
            form, skipped = (">IQ", 20) if wide else (">II", 12)
            scale, duration = struct.unpack_from(form, view, place + skipped)
            return duration / scale if scale else None
    return None


def _boxes(view: memoryview, place: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes between two places: name, and where the content begins and ends."""
    for _ in range(BOXES):
        if place + 8 > end:
            return
        size, name = struct.unpack_from(">I4s", view, place)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", view, place + 8)
            head = 16
        elif size == 0:
            size = end - place
        if size < head:
            return
        yield bytes(name), place + head, min(place + size, end)
        place += size
