"""Who asks: sessions in cookies, API tokens, and the proof that a change was meant."""

from __future__ import annotations

from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from flask import Flask

from api_gateway import identity
from api_gateway.app import _OPEN_TO_ALL
from api_gateway.identity import CACHE_SECONDS, COOKIE, CSRF_HEADER, Sessions
from api_gateway.testing import OURS, THEIRS, Services, Visitor, problem
from contracts.accounts import Accounts
from fairlead.context import Role
from fairlead.errors import Unauthenticated

API = "/api/v1"
TAGS = {"name": "Rui"}


def rename(visitor: Visitor, **headers: str) -> Any:
    return visitor.ask("PATCH", f"{API}/me", json=TAGS, headers=headers)


def set_cookie(response: Any) -> Morsel[str]:
    [header] = response.headers.getlist("Set-Cookie")
    return SimpleCookie(header)[COOKIE]


class Clock:
    """Stands in for the time module."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(identity, "time", clock)
    return clock


def test_a_session_reads_without_a_csrf_token(browser: Visitor, services: Services) -> None:
    assert browser.ask("GET", f"{API}/me").status_code == 200
    [asked] = services.calls_to("accounts.me")
    assert (asked.context.role, asked.context.organisation) == (Role.USER, OURS)


@pytest.mark.parametrize(
    "given", [None, "", "wrong", "csrf-of-other", "csrf-of-sessio", "csrf-of-session2", "ü"]
)
def test_a_session_changes_nothing_without_its_csrf_token(
    given: str | None, browser: Visitor, services: Services
) -> None:
    response = rename(browser, **({} if given is None else {CSRF_HEADER: given}))
    assert response.status_code == 403
    assert problem(response)["code"] == "gateway.csrf"
    assert services.methods() == []


def test_a_session_changes_with_its_csrf_token(browser: Visitor, services: Services) -> None:
    assert rename(browser, **{CSRF_HEADER: "csrf-of-session"}).status_code == 200
    assert services.methods() == ["accounts.update_me"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_method_that_changes_wants_it(
    method: str, app: Flask, browser: Visitor, services: Services
) -> None:
    """Every route of the app that a browser can be tricked into, but those of nobody."""
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or not rule.rule.startswith(API):
            continue
        if rule.endpoint in _OPEN_TO_ALL:
            continue
        path = rule.rule.replace("<", "").replace(">", "")
        assert problem(browser.ask(method, path))["code"] == "gateway.csrf", rule
    assert services.methods() == []


def test_an_api_token_needs_none(owner: Visitor, services: Services) -> None:
    assert rename(owner).status_code == 200


def test_an_api_token_in_a_cookie_changes_nothing(app: Flask, services: Services) -> None:
    """Else a cookie would vouch for changes without any CSRF token."""
    visitor = Visitor(app.test_client(), session="token-of-owner")
    response = rename(visitor, **{CSRF_HEADER: ""})
    assert response.status_code == 401
    assert problem(response)["code"] == "gateway.token_in_cookie"
    assert services.methods() == []


def test_a_token_counts_before_a_cookie(app: Flask, services: Services) -> None:
    visitor = Visitor(app.test_client(), token="token-of-owner", session="session")
    assert rename(visitor).status_code == 200
    assert services.calls_to("accounts.update_me")[0].context.role is Role.OWNER


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_read_in_any_case(scheme: str, anybody: Visitor) -> None:
    headers = {"Authorization": f"{scheme}  token-of-owner "}
    assert anybody.ask("GET", f"{API}/me", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer wrong", "accounts.session_ended"),
        ("Bearer token-of-owner2", "accounts.session_ended"),
        ("Bearer " + "x" * 5000, "accounts.session_ended"),
        ("Bearer \x80\xff", "accounts.session_ended"),
        ("Bearer", "rights.not_signed_in"),
        ("Bearer ", "rights.not_signed_in"),
        ("Basic dG9rZW4tb2Ytb3duZXI=", "rights.not_signed_in"),
        ("token-of-owner", "rights.not_signed_in"),
    ],
)
def test_what_is_no_good_token_is_nobody(header: str, code: str, anybody: Visitor) -> None:
    response = anybody.ask("GET", f"{API}/me", headers={"Authorization": header})
    assert response.status_code == 401
    assert problem(response)["code"] == code
    assert "WWW-Authenticate" in response.headers


def test_organisations_come_from_the_token_alone(app: Flask, services: Services) -> None:
    services.employ("theirs", Role.ADMIN, of=THEIRS)
    visitor = Visitor(app.test_client(), token="theirs")
    headers = {"X-Organisation": str(OURS), "X-Role": "owner", "X-User": "somebody"}
    assert visitor.ask("GET", f"{API}/me", headers=headers).status_code == 200
    [asked] = services.calls_to("accounts.me")
    assert (asked.context.role, asked.context.organisation) == (Role.ADMIN, THEIRS)


def test_one_request_does_not_inherit_who_the_last_one_was(app: Flask) -> None:
    """All in one thread, as on a kept connection."""
    assert (
        Visitor(app.test_client(), token="token-of-owner").ask("GET", f"{API}/me").status_code
        == 200
    )
    assert Visitor(app.test_client()).ask("GET", f"{API}/me").status_code == 401


SIGN_IN = {"email": "ana@agency.test", "password": "correct horse"}


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(
    anybody: Visitor, services: Services
) -> None:
    response = anybody.ask("POST", f"{API}/session", json=SIGN_IN)
    assert response.status_code == 201
    cookie = set_cookie(response)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["expires"]
    assert not cookie["domain"]
    assert not cookie["secure"]  # the public address is plain HTTP here
    assert response.json is not None
    assert "token" not in response.json
    assert cookie.value not in response.get_data(as_text=True)
    assert response.headers["Cache-Control"] == "no-store"
    [asked] = services.calls_to("accounts.begin_sign_in")
    assert asked.arguments.pop("device").startswith("Werkzeug/")
    assert asked.arguments == SIGN_IN | {"remote": "127.0.0.1"}


def test_behind_https_the_cookie_never_leaves_it(make_app: Any) -> None:
    app = make_app(FAIRLEAD_PUBLIC_URL="https://hub.agency.test")
    response = Visitor(app.test_client()).ask("POST", f"{API}/session", json=SIGN_IN)
    assert set_cookie(response)["secure"]
    assert "max-age=" in response.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_ended_session_stops_nobody_from_coming_or_going(method: str, app: Flask) -> None:
    visitor = Visitor(app.test_client(), session="ended")
    assert visitor.ask("GET", f"{API}/me").status_code == 401
    response = visitor.ask(method, f"{API}/session", json=SIGN_IN if method == "POST" else None)
    assert response.status_code == (201 if method == "POST" else 204)
    assert bool(set_cookie(response).value) == (method == "POST")


def test_a_form_of_another_site_cannot_sign_in(anybody: Visitor, services: Services) -> None:
    """A cross-site form can send these types only; JSON needs the site's leave."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        response = anybody.ask(
            "POST", f"{API}/session", data=b'{"email":"a@b.test","password":"x"}', content_type=kind
        )
        assert response.status_code == 415
    assert services.methods() == []


def test_signing_out_ends_the_session_and_the_cookie(
    browser: Visitor, services: Services, clock: Clock
) -> None:
    assert browser.ask("GET", f"{API}/me").status_code == 200
    services_people = services.people
    response = browser.ask("DELETE", f"{API}/session", headers={CSRF_HEADER: "csrf-of-session"})
    assert response.status_code == 204
    cookie = set_cookie(response)
    assert cookie.value == ""
    assert cookie["expires"].startswith("Thu, 01 Jan 1970")
    [asked] = services.calls_to("accounts.sign_out")
    assert asked.arguments == {"token": "session"}
    del services_people["session"]
    # Whoever copied the cookie is out at once, not when the cache forgets.
    thief = Visitor(browser._client.application.test_client(), session="session")
    assert thief.ask("GET", f"{API}/me").status_code == 401


def test_who_is_signed_out_may_sign_out(anybody: Visitor, services: Services) -> None:
    assert anybody.ask("DELETE", f"{API}/session").status_code == 204
    assert services.methods() == []


def test_an_identity_is_asked_for_once_in_some_seconds(services: Services, clock: Clock) -> None:
    sessions = Sessions(services.client(Accounts))
    for _ in range(3):
        assert sessions.identify("session").role is Role.USER
    assert len(services.asked) == 1
    clock.now += CACHE_SECONDS - 0.1
    sessions.identify("session")
    assert len(services.asked) == 1


def test_an_ended_session_is_honoured_for_some_seconds_at_most(
    services: Services, clock: Clock
) -> None:
    sessions = Sessions(services.client(Accounts))
    sessions.identify("session")
    del services.people["session"]
    sessions.identify("session")
    clock.now += CACHE_SECONDS + 0.1
    with pytest.raises(Unauthenticated):
        sessions.identify("session")


def test_a_changed_role_counts_after_some_seconds(services: Services, clock: Clock) -> None:
    sessions = Sessions(services.client(Accounts))
    assert sessions.identify("session").role is Role.USER
    services.employ("session", Role.ADMIN, csrf="csrf-of-session")
    clock.now += CACHE_SECONDS + 0.1
    assert sessions.identify("session").role is Role.ADMIN


def test_what_is_forgotten_is_asked_for_anew(services: Services) -> None:
    sessions = Sessions(services.client(Accounts))
    sessions.identify("session")
    sessions.forget("session")
    sessions.forget("never known")
    sessions.identify("session")
    assert len(services.asked) == 2


def test_no_bad_token_is_remembered(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "CACHE_SIZE", 2)
    sessions = Sessions(services.client(Accounts))
    for token in ("token-of-owner", "token-of-admin", "bad", "token-of-user"):
        try:
            sessions.identify(token)
        except Unauthenticated:
            assert token == "bad"
    assert len(sessions._known) == 2
