"""Our outbox and inbox: `python -m scripts.bench.events.fairlead writer|hearer …`."""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import sys
from typing import Any

import eventlet
from eventlet.event import Event as Signal

from fairlead import logs
from fairlead.process import Process

from ..worker import obey
from .notes import BenchHearer, BenchWriter, make_tables

SECONDS = 120.0


def start(service: Any) -> None:
    """Run the service as `fairlead.run` does."""
    process = Process([service])
    logs.configure(service.name, level="warning")
    make_tables(process.runtime.database(service.name))
    process.start()


def write(count: int) -> None:
    """Have so many notes written; does not wait for it."""
    BenchWriter.left = count


def expect(count: int) -> None:
    """So many notes are to come from now on."""
    BenchHearer.left, BenchHearer.enough = count, Signal()


def heard() -> None:
    """Return when they have come."""
    with eventlet.Timeout(SECONDS, TimeoutError("not everything was heard")):
        BenchHearer.enough.wait()


def main(role: str, *_: str) -> None:
    """Be one side of the pair."""
    if role == "writer":
        start(BenchWriter)
        obey({"write": write})
    else:
        start(BenchHearer)
        obey({"expect": expect, "heard": heard})


if __name__ == "__main__":
    main(*sys.argv[1:])
