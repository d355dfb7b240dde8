"""The demo's world, planted once for all tests of a run that begin with it.

To plant it takes `make up` four times as long as to start where it stands already.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.servers.fixtures import SHARED


def lay(folder: Path, up: Callable[[Path], AbstractContextManager[object]]) -> None:
    """Put the world into `folder` if that is empty: who comes first lets `up` plant it, in a
    folder beside the servers that `make test` shares. By hand, each `make up` plants its own."""
    shared = os.environ.get(SHARED)
    if not shared or (folder.exists() and any(folder.iterdir())):
        return
    planted = Path(shared, "planted")
    with Path(shared, "planted.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if not planted.exists():
            fresh = Path(shared, "planting")
            shutil.rmtree(fresh, ignore_errors=True)  # of one that failed
            fresh.mkdir()
            with up(fresh):
                pass
            fresh.rename(planted)
    # Not the file that says that all is ready, where the first was not let to take it away.
    unready = shutil.ignore_patterns("up.json")
    shutil.copytree(planted, folder, dirs_exist_ok=True, ignore=unready)
