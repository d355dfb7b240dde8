"""The web client: its files, and its page for every address that is no one else's."""

from __future__ import annotations

import secrets

from flask import Blueprint, Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from .client import ENCODINGS, PAGE, Asset
from .gateway import gateway
from .problem import http_problem
from .public_pages import PAGE_POLICY

NONCE = "__NONCE__"  # what the build writes where a page's own nonce goes

views = Blueprint("web", __name__)


def policy(nonce: str) -> str:
    """What the client's page may do: run its own files alone, and style itself by the nonce."""
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


@views.get("/")
def home() -> Response:
    """The client's page; where it is not built, one that says what runs here."""
    text = gateway().web_client.page
    if text is None:
        response = Response(render_template("home.html"))
        response.headers["Content-Security-Policy"] = PAGE_POLICY
        return response
    nonce = secrets.token_urlsafe(16)
    response = Response(text.replace(NONCE, nonce))
    response.headers["Content-Security-Policy"] = policy(nonce)
    response.headers["Cache-Control"] = "no-cache"
    return response


def install(app: Flask) -> None:
    """Answer at `app` for the client's files, and with its page where a person asks for an address
    that only the client can know."""
    app.register_blueprint(views)
    app.register_error_handler(NotFound, _elsewhere)


def _elsewhere(error: NotFound) -> Response | HTTPException:
    client = gateway().web_client
    path = request.path.removeprefix("/")
    if request.method in ("GET", "HEAD"):
        if path in client.assets and path != PAGE:
            return _file(client.assets[path])
        if client.page is not None and _is_for_a_person() and not _is_taken(path):
            return home()
    return http_problem(error)


def _file(asset: Asset) -> Response:
    accepted = request.accept_encodings
    encoding = next((each for each in ENCODINGS if each in asset.forms and accepted[each]), "")
    response = Response(asset.forms[encoding], content_type=asset.content_type)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    kept = "public, max-age=31536000, immutable" if asset.forever else "no-cache"
    response.headers["Cache-Control"] = kept
    return response


def _is_for_a_person() -> bool:
    return "text/html" in dict(request.accept_mimetypes)


def _is_taken(path: str) -> bool:
    """Whether the address is below one that has doors, pages or links of the gateway itself."""
    first = path.partition("/")[0]
    return first == "assets" or any(
        rule.rule.split("/")[1] == first for rule in current_app.url_map.iter_rules() if first
    )
