"""neonize, imported as the worker needs it."""

from __future__ import annotations

import importlib.metadata
import logging
import sys
from types import ModuleType

try:
    import magic as _magic  # noqa: F401
except ImportError:
    # Needs libmagic, for helpers of neonize that guess a file's kind; here it is always told.
    sys.modules["magic"] = ModuleType("magic")

import neonize.client as client
from neonize._binder import ProxySettings, gocode

__all__ = ["ProxySettings", "client", "gocode", "version"]

# The entries of its log hold addresses and codes: they are for the tap alone, which wants them all.
logging.getLogger("neonize.utils.log").setLevel(logging.DEBUG)
logging.getLogger().setLevel(logging.ERROR)


def version() -> str:
    """Which client this is."""
    return f"neonize {importlib.metadata.version('neonize')}"
