"""Tests marked `green` run where eventlet has patched everything, as the gateway does."""

from __future__ import annotations

from fairlead.testing.bus import home
from fairlead.testing.databases import store, store_url
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)

__all__ = [
    "home",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "store",
    "store_url",
]
