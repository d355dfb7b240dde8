"""The tests of services/web/e2e: each file of them against one running sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import browser, web
from tests.e2e.planted import lay

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# Sixty windows and menus, each by itself, take minutes: `python -m scripts.browser test` runs them.
BY_HAND = {"windows.spec.ts"}
SPECS = sorted({path.name for path in web.WEB.glob("e2e/*.spec.ts")} - BY_HAND)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sandbox with the demo's world, for all of them."""
    web.build()
    folder = tmp_path_factory.mktemp("up")
    lay(folder, browser.sandbox)
    with browser.sandbox(folder) as up:
        yield up


@pytest.mark.parametrize("spec", SPECS)
def test_in_a_browser(spec: str, up: Path) -> None:
    try:
        browser.drive(up, "--project=tests", spec)
    except browser.BrowserFailed as error:
        pytest.fail(str(error), pytrace=False)
