"""The tests of services/web/e2e, in one browser and against one running sandbox."""

from __future__ import annotations

import pytest

from scripts import browser, web
from tests.e2e.planted import lay

# The first one waits for all: to begin a browser for each file would take a quarter of the time.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(1200)]

# Sixty windows and menus, each by itself, take minutes: `python -m scripts.browser test` runs them.
BY_HAND = {"windows.spec.ts"}
SPECS = sorted({path.name for path in web.WEB.glob("e2e/*.spec.ts")} - BY_HAND)


@pytest.fixture(scope="module")
def failures(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What failed in each of the files that are asked for, in a sandbox with the demo's world."""
    asked = [spec for item in request.session.items for spec in _spec_of(item)]
    web.build()
    folder = tmp_path_factory.mktemp("up")
    lay(folder, browser.sandbox)
    with browser.sandbox(folder) as up:
        return browser.outcomes(up, asked)


def _spec_of(item: pytest.Item) -> list[str]:
    if isinstance(item, pytest.Function) and item.function is test_in_a_browser:
        return [str(item.callspec.params["spec"])]
    return []


@pytest.mark.parametrize("spec", SPECS)
def test_in_a_browser(spec: str, failures: dict[str, list[str]]) -> None:
    if failures[spec]:
        pytest.fail("\n\n".join(failures[spec]), pytrace=False)
