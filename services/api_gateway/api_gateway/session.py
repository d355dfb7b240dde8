"""Signing in, in one step or two, and out; and the links by which somebody gets a password."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request

from contracts.accounts import Code, LinkToken, Password, Session
from contracts.common import Line
from fairlead.errors import Unauthenticated

from .door import json_response, read_json
from .gateway import gateway
from .identity import COOKIE
from .limits import visitor

views = Blueprint("session", __name__)


class SignIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An email address and a password."""

    email: Line
    password: Line


class SecondStep(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The ticket of the first step, and a code of the second factor or a recovery code."""

    ticket: LinkToken
    code: Code


class CodeWanted(msgspec.Struct, kw_only=True):
    """The password was right; the ticket goes with a code to `POST /session/code`."""

    ticket: str


class CurrentSession(msgspec.Struct, kw_only=True):
    """What a page needs that was loaded anew; `csrf` is null where nobody is signed in."""

    csrf: str | None


class Forgotten(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The address that somebody signs in with."""

    email: Line


class NewPassword(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A password to be set."""

    password: Password


@views.post("/session")
def sign_in() -> Response:
    """Open a session: its token goes into a cookie that scripts cannot read.

    202 with a ticket where a code of the second factor is wanted.
    """
    remote = _counted()
    body = read_json(SignIn, "accounts")
    step = gateway().accounts.begin_sign_in(
        email=body.email, password=body.password, remote=remote, device=_device()
    )
    if step.session is None:
        return json_response(CodeWanted(ticket=step.ticket or ""), 202)
    return _opened(step.session)


@views.post("/session/code")
def sign_in_with_code() -> Response:
    """The second step: open the session."""
    remote = _counted()
    body = read_json(SecondStep, "accounts")
    session = gateway().accounts.finish_sign_in(
        ticket=body.ticket, code=body.code, remote=remote, device=_device()
    )
    return _opened(session)


@views.get("/session")
def read_session() -> Response:
    """The CSRF token of the browser's session; none where nobody is signed in, or is any more."""
    gateway().requests.take(visitor())
    token = request.cookies.get(COOKIE)
    try:
        csrf = gateway().sessions.identify(token).csrf if token else None
    except Unauthenticated:
        csrf = None
    return json_response(CurrentSession(csrf=csrf))


@views.delete("/session")
def sign_out() -> Response:
    """End the session of the cookie."""
    token = request.cookies.get(COOKIE)
    if token:
        gateway().accounts.sign_out(token=token)
        gateway().sessions.forget(token)
    response = Response(status=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@views.post("/password-resets")
def forgotten() -> Response:
    """Mail a link for a new password; the answer is the same for who is unknown."""
    remote = _counted()
    body = read_json(Forgotten, "accounts")
    gateway().accounts.request_password_reset(email=body.email, remote=remote)
    return Response(status=204)


@views.get("/account-links/<token>")
def look_at_link(token: str) -> Response:
    """What a link from a mail is for."""
    _counted()
    return json_response(gateway().accounts.account_link(token=token[:200]))


@views.post("/account-links/<token>")
def use_link(token: str) -> Response:
    """Set the password of the link's user; the link is good no more."""
    _counted()
    body = read_json(NewPassword, "accounts")
    gateway().accounts.use_account_link(token=token[:200], password=body.password)
    return Response(status=204)


def _counted() -> str:
    """The network address, which may try only so often."""
    remote = request.remote_addr or ""
    gateway().sign_ins.take(visitor())
    return remote


def _device() -> str:
    return request.headers.get("User-Agent", "")[:500]


def _opened(session: Session) -> Response:
    response = json_response(_without_token(session), 201)
    response.set_cookie(
        COOKIE,
        session.token,
        expires=session.expires_at,
        httponly=True,
        samesite="Lax",
        secure=gateway().settings.public_url.scheme == "https",
        path="/",
    )
    return response


def _without_token(session: Session) -> dict[str, object]:
    shown = {name: getattr(session, name) for name in session.__struct_fields__}
    del shown["token"]
    return shown
