"""Tests marked `green` run patched by eventlet; see fairlead.testing."""

from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)

__all__ = ["pytest_configure", "pytest_runtest_protocol", "pytest_sessionfinish"]
