"""Tests marked `green` run patched by eventlet; see fairlead.testing."""

from fairlead.testing.bus import bus_uri, database_urls, hasty, home
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)

__all__ = [
    "bus_uri",
    "database_urls",
    "hasty",
    "home",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
]
