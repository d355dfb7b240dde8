"""A stand-in for the network, and a session that was paired with it once."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from scripts.servers.whatsapp.server import StandIn

    from .working import Working


@pytest.fixture(scope="session")
def quick_folder() -> Iterator[Path]:
    """Where the client's many small transactions cost little: pairing makes 800 keys."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(
        prefix="fairlead-linked-", dir=memory if memory.is_dir() else None
    ) as name:
        yield Path(name)


@pytest.fixture(scope="session")
def standin(quick_folder: Path) -> Iterator[StandIn]:
    from scripts.servers.whatsapp.server import StandIn

    folder = quick_folder / "standin"
    folder.mkdir()
    server = StandIn(folder)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def paired(standin: StandIn, quick_folder: Path) -> Path:
    """A folder with a session, as the first pairing leaves it."""
    from whatsapp_gateway.linked.protocol import commands, events

    from .working import Working, wait_for

    worker = Working(standin, quick_folder / "paired")
    worker.tell(commands.Pair())
    standin.scan(worker.heard(events.Qr).code)
    worker.phase(events.Phase.OPEN)
    wait_for(lambda: standin.world.bundle)
    standin.settle()
    worker.close()
    return worker.folder


@pytest.fixture(scope="session")
def keys(standin: StandIn, paired: Path) -> tuple[Any, list[Any]]:
    """What the paired session uploaded: what others write is sealed with it."""
    return standin.world.bundle, list(standin.world.prekeys)


@pytest.fixture
def begin(
    standin: StandIn, paired: Path, keys: tuple[Any, list[Any]], quick_folder: Path
) -> Iterator[Callable[..., Working]]:
    """Starts workers: each on a copy of the session, or on the folder of one before."""
    from scripts.servers.whatsapp.server import Rules

    from .working import Working

    numbers = itertools.count()
    folders: list[Path] = []
    workers: list[Working] = []

    def started(*, again: Working | None = None, session: bool = True, **options: Any) -> Working:
        folder = again.folder if again else quick_folder / f"number-{next(numbers)}"
        if not again and session:
            shutil.copytree(paired, folder)
        folders.append(folder)
        workers.append(Working(standin, folder, **options))
        return workers[-1]

    standin.reset(Rules())
    # A test before this one may have paired anew, and nobody here has the keys of that session.
    standin.world.bundle, standin.world.prekeys = keys[0], list(keys[1])
    yield started
    for worker in workers:
        worker.close()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
