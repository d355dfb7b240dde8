"""Which processes belong to a server, and waiting until something holds."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path


def processes_of(folder: Path) -> set[int]:
    """Pids of all processes that name `folder` in arguments or environment, or work in it."""
    mark = os.fsencode(folder)
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != os.getpid() and mark in _traces(entry)
    }


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether `holds()` comes true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _traces(process: Path) -> bytes:
    try:
        files = [(process / name).read_bytes() for name in ("cmdline", "environ")]
        return b"\0".join([*files, os.fsencode((process / "cwd").readlink())])
    except OSError:
        return b""  # it has just ended
