"""The page behind a link from a mail, where somebody chooses a password."""

from __future__ import annotations

from flask import Blueprint, Response, request

from fairlead.errors import Invalid, NotFound

from .gateway import gateway
from .limits import visitor
from .public_pages import page

views = Blueprint("welcome", __name__)

SHORTEST, LONGEST = 10, 200  # as the contract says of a Password


@views.get("/a/<token>")
def ask(token: str) -> Response:
    """Ask for the password. Looking uses nothing up: scanners of mail follow links."""
    gateway().sign_ins.take(visitor())
    return _form(token)


@views.post("/a/<token>")
def choose(token: str) -> Response:
    """Set the password that was typed twice alike."""
    gateway().sign_ins.take(visitor())
    password, again = request.form.get("password", ""), request.form.get("again", "")
    if password != again:
        return _form(token, "The two passwords are not alike.")
    if not SHORTEST <= len(password) <= LONGEST:
        return _form(token, f"A password has {SHORTEST} to {LONGEST} characters.")
    try:
        gateway().accounts.use_account_link(token=token[:200], password=password)
    except Invalid:
        return _form(token, "This password cannot be used.")
    return page("welcome.html", done=True)


@views.errorhandler(NotFound)
def gone(_: NotFound) -> Response:
    """The link is over: a page, not a problem for programs."""
    response = page("gone.html")
    response.status_code = 404
    return response


def _form(token: str, wrong: str = "") -> Response:
    link = gateway().accounts.account_link(token=token[:200])
    response = page("welcome.html", done=False, link=link, wrong=wrong)
    response.status_code = 422 if wrong else 200
    return response
