"""The web client as the gateway hands it out."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from api_gateway.testing import Visitor, problem

from .conftest import MakeApp

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGE = '<meta property="csp-nonce" nonce="__NONCE__"><script src="/assets/a-1x.js"></script>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A client that is built."""
    folder = tmp_path / "client"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "scheme.js").write_text("1")
    script = folder / "assets" / "a-1x.js"
    script.write_text("console.log(1)")
    script.with_name("a-1x.js.gz").write_bytes(gzip.compress(script.read_bytes()))
    script.with_name("a-1x.js.br").write_bytes(b"as brotli has it")
    return folder


@pytest.fixture
def person(make_app: MakeApp, built: Path) -> Visitor:
    """Somebody whom nobody knows, at a gateway that has the client."""
    return Visitor(make_app(FAIRLEAD_WEB_CLIENT=str(built)).test_client())


@pytest.mark.parametrize("path", ["/", "/inbox", "/itineraries/5f0c1c1e", "/sign-in?next=/inbox"])
def test_the_page_is_at_every_address_of_its_own(path: str, person: Visitor) -> None:
    response = person.ask("GET", path, headers=HTML)
    assert response.status_code == 200
    assert response.content_type.startswith("text/html")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "ETag" not in response.headers  # what is kept would have the nonce of another time


def test_each_page_has_its_own_nonce_and_a_strict_policy(person: Visitor) -> None:
    nonces = set()
    for _ in range(3):
        response = person.ask("GET", "/")
        policy = response.headers["Content-Security-Policy"]
        [nonce] = re.findall(r"'nonce-([\w-]{22,})'", policy)
        assert f'nonce="{nonce}"' in response.text
        assert "__NONCE__" not in response.text
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        nonces.add(nonce)
    assert len(nonces) == 3


@pytest.mark.parametrize(
    "path",
    ["/api/v1/nothing", "/api/nothing", "/t/x/y", "/f", "/a/b/c", "/p/a/b", "/assets/old.js"],
)
def test_addresses_of_the_gateway_stay_its_own(path: str, person: Visitor) -> None:
    response = person.ask("GET", path, headers=HTML)
    assert response.status_code in (401, 404)
    assert "__NONCE__" not in response.text
    assert "script" not in response.text


@pytest.mark.parametrize(
    ("method", "accept"), [("GET", "application/json"), ("GET", "*/*"), ("POST", "text/html")]
)
def test_programs_are_told_that_there_is_nothing(method: str, accept: str, person: Visitor) -> None:
    response = person.ask(method, "/inbox", headers={"Accept": accept})
    assert response.status_code == 404
    assert problem(response)["code"] == "http.not_found"


def test_what_has_a_hash_in_its_name_is_kept_for_ever(person: Visitor) -> None:
    response = person.ask("GET", "/assets/a-1x.js")
    assert response.text == "console.log(1)"
    assert "javascript" in response.content_type
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert person.ask("GET", "/scheme.js").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("deflate", None)],
)
def test_it_goes_out_compressed_as_the_browser_takes_it(
    accepted: str, encoding: str | None, person: Visitor
) -> None:
    headers = {"Accept-Encoding": accepted}
    response = person.ask("GET", "/assets/a-1x.js", headers=headers)
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/assets/../../live.db", "/..%2flive.db", "/assets/%2e%2e/%2e%2e/live.db"]
)
def test_nothing_else_of_the_disk_is_handed_out(path: str, person: Visitor) -> None:
    assert person.ask("GET", path).status_code == 404


def test_without_a_build_it_says_what_runs_here(make_app: MakeApp, tmp_path: Path) -> None:
    visitor = Visitor(make_app(FAIRLEAD_WEB_CLIENT=str(tmp_path / "none")).test_client())
    assert "running" in visitor.ask("GET", "/", headers=HTML).text
    assert visitor.ask("GET", "/inbox", headers=HTML).status_code == 404


def test_a_page_that_is_loaded_anew_gets_its_csrf_token(browser: Visitor) -> None:
    assert browser.ask("GET", "/api/v1/session").json == {"csrf": "csrf-of-session"}


def test_nobody_and_programs_have_no_csrf_token(anybody: Visitor, owner: Visitor) -> None:
    assert anybody.ask("GET", "/api/v1/session").json == {"csrf": None}
    assert owner.ask("GET", "/api/v1/session").json == {"csrf": None}


def test_a_session_that_has_ended_has_no_csrf_token(make_app: MakeApp) -> None:
    ended = Visitor(make_app().test_client(), session="no-session-any-more")
    response = ended.ask("GET", "/api/v1/session")
    assert (response.status_code, response.json) == (200, {"csrf": None})
