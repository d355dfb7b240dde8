"""Locks of libraries that the loop and the threads of eventlet's pool both take.

Templates are rendered in threads of the pool. A patched lock knows one loop: a thread that finds it
taken waits in a loop of its own, where nobody wakes it, and for ever. So these libraries are
imported while `threading` makes real locks. They hold them for some dictionary's sake and never
while they wait for anything, so that the loop is not held up.
"""

from __future__ import annotations

import contextlib
import importlib
import threading

from eventlet import patcher

LIBRARIES = ("jinja2", "liquid", "babel.localedata", "phonenumbers")


def import_with_real_locks() -> None:
    """Import those of the libraries that are installed; after eventlet has patched, and before
    anything else imports them."""
    real = patcher.original("threading")
    patched = threading.Lock, threading.RLock
    setattr(threading, "Lock", real.Lock)  # noqa: B010 - to the type checker it is a function
    setattr(threading, "RLock", real.RLock)  # noqa: B010
    try:
        for name in LIBRARIES:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    finally:
        threading.Lock, threading.RLock = patched
