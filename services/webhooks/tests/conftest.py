"""Webhooks as they run, on both transports and databases, with receivers on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairlead.testing.bus import hasty, home
from fairlead.testing.databases import store_url
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)
from fairlead.testing.web import WebServer

__all__ = [
    "hasty",
    "home",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "store_url",
]


@pytest.fixture
def receiver() -> Iterator[WebServer]:
    """A customer's system."""
    running = WebServer()
    yield running
    running.stop()
