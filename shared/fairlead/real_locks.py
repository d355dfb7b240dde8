"""Locks that the loop and the threads of eventlet's pool both take.

Drafts are composed, mails read and papers drawn in threads of the pool. A patched lock knows one
loop: a thread that finds it taken waits in a loop of its own, where nobody wakes it, and for ever;
and whoever in the loop finds it taken by a thread waits likewise. So such locks are real. They are
held for a number's or a dictionary's sake and never while their holder waits for anything, so that
the loop is not held up.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from typing import Any

LIBRARIES = ("jinja2", "liquid", "babel.localedata", "phonenumbers")


def unpatched(name: str) -> Any:
    """A module of the standard library as it is where eventlet has patched nothing."""
    patcher = sys.modules.get("eventlet.patcher")
    return patcher.original(name) if patcher else importlib.import_module(name)


def real_lock() -> threading.Lock:
    """A lock of threads, also where eventlet has patched them."""
    lock: threading.Lock = unpatched("threading").Lock()
    return lock


def import_with_real_locks() -> None:
    """Import those libraries whose locks threads share, as far as they are installed, while
    `threading` makes real ones; after eventlet has patched, and before anything else does."""
    real = importlib.import_module("eventlet.patcher").original("threading")
    patched = threading.Lock, threading.RLock
    setattr(threading, "Lock", real.Lock)  # noqa: B010 - to the type checker it is a function
    setattr(threading, "RLock", real.RLock)  # noqa: B010
    try:
        for name in LIBRARIES:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    finally:
        threading.Lock, threading.RLock = patched
