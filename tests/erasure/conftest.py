"""Tests marked `green` run patched by eventlet; see fairlead.testing."""

from fairlead.testing.bus import home
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)

__all__ = ["home", "pytest_configure", "pytest_runtest_protocol", "pytest_sessionfinish"]
