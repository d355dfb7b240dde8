"""Tests marked `green` run where eventlet has patched everything, as the gateway does."""

from __future__ import annotations

import pytest

from fairlead.testing.bus import home
from fairlead.testing.databases import store, store_url
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)
from sms_gateway import http_carrier, smpp_carrier

__all__ = [
    "home",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionfinish",
    "store",
    "store_url",
]


@pytest.fixture
def hasty_carriers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a carrier to come back."""
    for module in (smpp_carrier, http_carrier):
        monkeypatch.setattr(module, "FIRST_WAIT", 0.02)
