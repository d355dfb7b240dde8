"""Imported before anything else, it makes this process green: eventlet patches what waits."""

from __future__ import annotations

import os
import warnings

# psycopg reads it once; its own wait would stop the loop (`fairlead.store.green`).
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
# docs/adr/0001 says why eventlet, and what would replace it.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

from .real_locks import import_with_real_locks  # noqa: E402

import_with_real_locks()
