"""Has files drawn by a process of its own for each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from typing import Final

import msgspec

from .words import Drawn, Order, Reply

SECONDS: Final = 20.0  # from start to answer; the processor time has a bound of its own
AT_ONCE: Final = 2  # processes; each may take half a gigabyte
WAIT_SECONDS: Final = 60.0

IMAGES: Final = frozenset(
    f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "bmp", "tiff", "avif", "heic")
)
TIMED: Final = frozenset({"audio/wav", "audio/ogg", "audio/mp4", "video/mp4", "video/quicktime"})

_free = threading.BoundedSemaphore(AT_ONCE)


class Broken(Exception):
    """The file cannot be drawn, now or later; the text says why, for a person."""


class Busy(Exception):
    """No process could be had; later there may be one."""


def drawable(media_type: str) -> bool:
    """Whether `draw` finds anything in files of this type."""
    return media_type in IMAGES or media_type in TIMED or media_type == "application/pdf"


def draw(content: bytes, media_type: str) -> Drawn:
    """What `content` of this type, found by its content, shows.

    Takes some tenths of a second, for which other greenlets go on. Raises Broken and Busy.
    """
    if not _free.acquire(timeout=WAIT_SECONDS):
        raise Busy("too many files are being drawn")
    try:
        answer = _ask(msgspec.msgpack.encode(Order(media_type, content)))
    finally:
        _free.release()
    try:
        reply = msgspec.msgpack.decode(answer, type=Reply)
    except msgspec.DecodeError:
        raise Broken("drawing it broke the process that drew") from None
    if reply.drawn is None:
        raise Broken(reply.trouble)
    return reply.drawn


def _ask(order: bytes) -> bytes:
    # A file, as a pipe to a process that dies before it has read everything hangs under eventlet.
    with tempfile.TemporaryFile() as given:
        given.write(order)
        given.seek(0)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "fairlead.pictures.artist"],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # No secret of ours is in reach of what a hostile file may make of the process.
                env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
            )
        except OSError as error:
            raise Busy(f"no process to draw with: {error}") from error
    return _answer(process)


def _answer(process: subprocess.Popen[bytes]) -> bytes:
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    # communicate() has a time-out, whose error under eventlet is of another class than ours here.
    timer = threading.Timer(SECONDS, give_up)
    timer.start()
    assert process.stdout is not None, "it was asked for"
    with process:
        try:
            answer = process.stdout.read()
        finally:
            timer.cancel()
            process.kill()
    if late.is_set():
        raise Broken(f"drawing it took more than {SECONDS:g} seconds")
    return answer
