"""Signing in with a second factor, links from mails, sessions and scopes, at the gateway."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from msgspec.structs import replace

from api_gateway.gateway import Gateway
from api_gateway.identity import COOKIE
from api_gateway.testing import Services, Visitor, field_errors, problem
from contracts.accounts import AccountLink, LinkPurpose, SignInStep
from fairlead.errors import NotFound, Unauthenticated

API = "/api/v1"
TOKEN = "fk_mJ4xT0q7Wc2nV9sKfR1bZg"
SIGN_IN = {"email": "ana@mar.test", "password": "ten letters"}


def link(purpose: LinkPurpose = LinkPurpose.INVITATION) -> AccountLink:
    return AccountLink(
        purpose=purpose, name="Ana", email="ana@mar.test", organisation="Mar & <b>Terra</b>",
        expires_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
    )  # fmt: skip


def test_a_second_step_is_asked_for(anybody: Visitor, services: Services) -> None:
    services.answers["accounts.begin_sign_in"] = lambda **_: SignInStep(ticket=TOKEN)
    first = anybody.ask("POST", f"{API}/session", json=SIGN_IN)
    assert (first.status_code, first.json) == (202, {"ticket": TOKEN})
    assert "Set-Cookie" not in first.headers
    body = {"ticket": TOKEN, "code": "123456"}
    second = anybody.ask("POST", f"{API}/session/code", json=body, headers={"User-Agent": "F"})
    assert second.status_code == 201
    assert COOKIE in second.headers["Set-Cookie"]
    assert "token" not in (second.json or {})
    [asked] = services.calls_to("accounts.finish_sign_in")
    assert asked.arguments == {**body, "remote": "127.0.0.1", "device": "F"}


def test_a_wrong_code_opens_nothing(anybody: Visitor, services: Services) -> None:
    services.answers["accounts.finish_sign_in"] = Unauthenticated("accounts.wrong_code", "Wrong")
    response = anybody.ask("POST", f"{API}/session/code", json={"ticket": TOKEN, "code": "1"})
    assert (response.status_code, problem(response)["code"]) == (401, "accounts.wrong_code")
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/session/code", {"ticket": TOKEN}, "code"),
        ("/session/code", {"ticket": TOKEN, "code": "1" * 41}, "code"),
        ("/session/code", {"ticket": 7, "code": "1"}, "ticket"),
        ("/password-resets", {}, "email"),
        ("/password-resets", {"email": "a", "more": 1}, "more"),
        (f"/account-links/{TOKEN}", {"password": "short"}, "password"),
    ],
)
def test_wrong_fields_are_named(
    anybody: Visitor, services: Services, path: str, body: Any, field: str
) -> None:
    response = anybody.ask("POST", f"{API}{path}", json=body)
    assert response.status_code == 422
    assert list(field_errors(response)) == [field]
    assert services.methods() == []


def test_a_new_password_is_asked_for(anybody: Visitor, services: Services) -> None:
    response = anybody.ask("POST", f"{API}/password-resets", json={"email": "ana@mar.test"})
    assert (response.status_code, response.get_data()) == (204, b"")
    [asked] = services.calls_to("accounts.request_password_reset")
    assert asked.arguments == {"email": "ana@mar.test", "remote": "127.0.0.1"}


def test_a_link_is_used(anybody: Visitor, services: Services) -> None:
    services.answers["accounts.account_link"] = lambda **_: link()
    shown = anybody.ask("GET", f"{API}/account-links/{TOKEN}")
    assert shown.status_code == 200
    assert (shown.json or {})["email"] == "ana@mar.test"
    body = {"password": "ten letters"}
    assert anybody.ask("POST", f"{API}/account-links/{TOKEN}", json=body).status_code == 204
    [asked] = services.calls_to("accounts.use_account_link")
    assert asked.arguments == {"token": TOKEN, "password": "ten letters"}


def test_guessing_links_is_slowed_down(anybody: Visitor) -> None:
    statuses = {anybody.ask("GET", f"{API}/account-links/x").status_code for _ in range(40)}
    assert 429 in statuses


# The page


def test_the_page_asks_and_sets(anybody: Visitor, services: Services) -> None:
    services.answers["accounts.account_link"] = lambda **_: link()
    page = anybody.ask("GET", f"/a/{TOKEN}")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Mar &amp; &lt;b&gt;Terra" in text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert services.methods() == ["accounts.account_link"]
    form = {"password": "ten letters", "again": "ten letters"}
    done = anybody.ask("POST", f"/a/{TOKEN}", data=form)
    assert "Your password is set" in done.get_data(as_text=True)
    [asked] = services.calls_to("accounts.use_account_link")
    assert asked.arguments == {"token": TOKEN, "password": "ten letters"}


@pytest.mark.parametrize(
    "form",
    [
        {"password": "ten letters", "again": "ten letterz"},
        {"password": "short", "again": "short"},
        {"password": "x" * 201, "again": "x" * 201},
        {},
    ],
)
def test_the_page_sets_nothing_wrong(
    anybody: Visitor, services: Services, form: dict[str, str]
) -> None:
    services.answers["accounts.account_link"] = lambda **_: link(LinkPurpose.RESET)
    response = anybody.ask("POST", f"/a/{TOKEN}", data=form)
    assert response.status_code == 422
    assert 'role="alert"' in response.get_data(as_text=True)
    assert services.calls_to("accounts.use_account_link") == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_over_has_a_page(anybody: Visitor, services: Services, method: str) -> None:
    gone = NotFound("accounts.link_unknown", "over")
    services.answers |= {"accounts.account_link": gone, "accounts.use_account_link": gone}
    form = {"password": "ten letters", "again": "ten letters"}
    response = anybody.ask(method, f"/a/{TOKEN}", data=form if method == "POST" else None)
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")


# Sessions and scopes


@pytest.mark.parametrize(
    ("method", "path", "name", "body"),
    [
        ("GET", "/me/sessions", "list_sessions", None),
        ("DELETE", "/me/sessions", "end_other_sessions", None),
        ("PUT", "/me/password", "change_password", {"old": "a", "new": "ten letters"}),
    ],
)
def test_the_browsers_own_session_is_kept(
    app: Flask, services: Services, method: str, path: str, name: str, body: Any
) -> None:
    browser = Visitor(app.test_client(), session="session")
    browser.with_csrf("csrf-of-session")
    program = Visitor(app.test_client(), token="token-of-owner")
    for visitor, keep in ((browser, "session"), (program, None)):
        response = visitor.ask(method, f"{API}{path}", json=body)
        assert response.status_code < 300
        assert services.calls_to(f"accounts.{name}")[-1].arguments["keep"] == keep
    given: dict[str, Any] = {"query_string": {"keep": "x"}}
    if body:
        given = {"json": body | {"keep": "x"}}
    extra = browser.ask(method, f"{API}{path}", **given)
    assert extra.status_code == 422


def test_scopes_are_held_at_the_gateway(app: Flask, services: Services) -> None:
    services.people["limited"] = replace(
        services.people["token-of-owner"], scopes=["read"], user=UUID(int=77)
    )
    limited = Visitor(app.test_client(), token="limited")
    assert limited.ask("GET", f"{API}/users").status_code == 200
    assert services.calls_to("accounts.list_users")[-1].context.scopes == ("read",)
    response = limited.ask("PATCH", f"{API}/me", json={"name": "x"})
    assert (response.status_code, problem(response)["code"]) == (403, "rights.out_of_scope")
    for path in ("/audit.csv", "/me/sessions"):
        assert problem(limited.ask("GET", f"{API}{path}"))["code"] == "rights.out_of_scope"
    services.people["blind"] = replace(services.people["limited"], scopes=["send"])
    blind = Visitor(app.test_client(), token="blind")
    for path in ("/events", f"/files/{UUID(int=1)}"):
        assert problem(blind.ask("GET", f"{API}{path}"))["code"] == "rights.out_of_scope"


def test_what_is_remembered_of_a_user_is_forgotten(app: Flask, services: Services) -> None:
    parts: Gateway = app.extensions["fairlead"]
    visitor = Visitor(app.test_client(), token="token-of-owner")
    other = Visitor(app.test_client(), token="token-of-user")

    def asked(token: str) -> int:
        return len(
            [
                each
                for each in services.calls_to("accounts.authenticate")
                if each.arguments["token"] == token
            ]
        )

    for each in (visitor, visitor, other):
        each.ask("GET", f"{API}/users")
    assert (asked("token-of-owner"), asked("token-of-user")) == (1, 1)
    parts.live.on_ended(services.people["token-of-owner"].user)
    del services.people["token-of-owner"]
    assert visitor.ask("GET", f"{API}/users").status_code == 401
    assert other.ask("GET", f"{API}/users").status_code == 200
    assert asked("token-of-user") == 1


def test_the_other_doors_take_their_contracts_examples(owner: Visitor) -> None:
    """That each is there, and takes what the document shows; rights are held in another test."""
    user, body = UUID(int=5), {"name": "Uwe", "email": "uwe@mar.test", "role": "user"}
    wanted: list[tuple[str, str, Any, int]] = [
        ("POST", "/users/invitations", body, 201),
        ("POST", f"/users/{user}/invitation", None, 200),
        ("DELETE", f"/users/{user}/sessions", None, 204),
        ("DELETE", f"/users/{user}/second-factor", None, 200),
        ("DELETE", f"/me/sessions/{user}", None, 204),
        ("POST", "/me/second-factor", {"password": "ten letters"}, 201),
        ("POST", "/me/second-factor/confirmation", {"code": "123456"}, 200),
        ("POST", "/me/second-factor/recovery-codes", {"password": "ten letters"}, 200),
        ("POST", "/me/second-factor/removal", {"password": "ten letters"}, 204),
        ("GET", "/me/notifications", None, 200),
        ("PUT", "/me/notifications", {"choices": []}, 200),
    ]
    for method, path, body_, status in wanted:
        response = owner.ask(method, f"{API}{path}", json=body_)
        assert response.status_code == status, (path, response.get_data(as_text=True))
