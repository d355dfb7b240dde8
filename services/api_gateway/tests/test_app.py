"""What every answer carries, whatever it is an answer to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from api_gateway.testing import Services, Visitor, problem

API = "/api/v1"
OTHER_SITE = {"Origin": "https://evil.example"}

EVERYWHERE: list[tuple[str, str]] = [
    ("GET", "/"),
    ("GET", f"{API}/openapi.json"),
    ("GET", f"{API}/me"),
    ("GET", f"{API}/nothing"),
    ("POST", f"{API}/me"),
    ("OPTIONS", f"{API}/me"),
    ("HEAD", f"{API}/me"),
    ("POST", f"{API}/contacts"),
    ("GET", "/nothing"),
    ("GET", "/p/token"),
    ("GET", "/t/o/token.gif"),
    ("GET", "/t/c/token"),
    ("GET", "/t/u/token"),
    ("POST", "/t/u/token"),
    ("GET", "//evil.example/%2e%2e"),
]

everywhere = pytest.mark.parametrize(("method", "path"), EVERYWHERE)


@everywhere
def test_every_answer_has_the_security_headers(method: str, path: str, owner: Visitor) -> None:
    headers = owner.ask(method, path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "script-src" not in policy
    assert "unsafe-eval" not in policy
    assert "Server" not in headers


@everywhere
def test_no_other_site_may_read_an_answer(method: str, path: str, owner: Visitor) -> None:
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "*"}
    headers = owner.ask(method, path, headers=OTHER_SITE | preflight).headers
    assert not [name for name, _ in headers if name.lower().startswith("access-control")]
    if not path.endswith(".gif"):  # mail programs load it from anywhere
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@everywhere
def test_a_broken_service_takes_no_header_away(
    method: str, path: str, owner: Visitor, services: Services
) -> None:
    for name in ("accounts.me", "itineraries.public_itinerary", "email_gateway.record_click"):
        services.answers[name] = RuntimeError("broken")
    test_every_answer_has_the_security_headers(method, path, owner)


def test_the_api_is_kept_in_no_cache(owner: Visitor) -> None:
    for path in ("/me", "/nothing", "/contacts"):
        assert owner.ask("GET", API + path).headers["Cache-Control"] == "no-store"


def test_plain_http_promises_no_https(owner: Visitor) -> None:
    assert "Strict-Transport-Security" not in owner.ask("GET", "/").headers


def test_a_request_id_is_made_where_none_came(owner: Visitor) -> None:
    ids = [owner.ask("GET", f"{API}/me").headers["X-Request-Id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"[0-9a-f]{24}", each) for each in ids)


def test_a_request_id_is_handed_on(owner: Visitor, services: Services) -> None:
    response = owner.ask("GET", f"{API}/me", headers={"X-Request-Id": "trip-42.abc_DEF"})
    assert response.headers["X-Request-Id"] == "trip-42.abc_DEF"
    [asked] = services.calls_to("accounts.me")
    assert asked.context.request == "trip-42.abc_DEF"


@pytest.mark.parametrize(
    "given",
    ["short", "x" * 65, "two words here", "<script>alert(1)", "naïve-naïve", "", "a=b;c=d;e"],
)
def test_a_strange_request_id_is_not_taken(given: str, owner: Visitor) -> None:
    response = owner.ask("GET", f"{API}/nothing", headers={"X-Request-Id": given})
    assert response.headers["X-Request-Id"] != given
    assert problem(response)["request_id"] == response.headers["X-Request-Id"]


def test_a_trace_goes_on_in_the_services(owner: Visitor, services: Services) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = f"00-{trace}-00f067aa0ba902b7-01"
    owner.ask("GET", f"{API}/me", headers={"traceparent": parent})
    owner.ask("GET", f"{API}/me", headers={"traceparent": "00-nonsense"})
    first, second = (asked.context.trace for asked in services.calls_to("accounts.me"))
    assert first is not None
    assert second is not None
    assert trace in first
    assert trace not in second


def test_head_is_a_get_without_its_body(owner: Visitor) -> None:
    head, get = (owner.ask(method, f"{API}/me") for method in ("HEAD", "GET"))
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_options_tells_what_is_allowed_and_does_nothing(
    anybody: Visitor, services: Services
) -> None:
    response = anybody.ask("OPTIONS", f"{API}/contacts")
    assert response.status_code == 200
    allowed = {each.strip() for each in response.headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "OPTIONS", "POST"}
    assert services.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/%2e%2e",
        "/%2f%2fevil.example",
        "/\\evil.example",
        "/api/v1//me",
        "/api/v1/me/",
        "/p//evil.example",
        "/t/c//evil.example/",
        "/?next=https://evil.example",
        "/api/v1/session?next=//evil.example",
        "/t/u/token?url=https://evil.example",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_address_leads_somewhere_else(method: str, path: str, owner: Visitor) -> None:
    response = owner.ask(method, path, base_url="http://evil.example")
    assert "Location" not in response.headers
    assert "Refresh" not in response.headers


def test_the_document_is_for_everybody(app: Flask, services: Services) -> None:
    response = Visitor(app.test_client(), session="ended").ask("GET", f"{API}/openapi.json")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["openapi"] == "3.1.0"
    assert services.asked == []


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_a_client_cannot_choose_its_address(
    proxies: str, make_app: Any, services: Services
) -> None:
    app = make_app(FAIRLEAD_TRUSTED_PROXIES=proxies)
    body = {"email": "ana@agency.test", "password": "guess"}
    headers = {"X-Forwarded-For": "10.1.1.1, 203.0.113.9"}
    Visitor(app.test_client()).ask("POST", f"{API}/session", json=body, headers=headers)
    [asked] = services.calls_to("accounts.begin_sign_in")
    # The last is what the one proxy saw; the one before it anybody can write.
    assert asked.arguments["remote"] == ("127.0.0.1" if proxies == "0" else "203.0.113.9")
