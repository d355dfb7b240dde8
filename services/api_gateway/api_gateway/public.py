"""What people without an account reach from a mail: tracked links, unsubscribing."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, request

from fairlead.errors import NotFound, TooMany

from .gateway import gateway
from .public_pages import count_visit, open_to_all, page, untraced

log = structlog.get_logger(__name__)

views = Blueprint("public", __name__)
open_to_all(views, unlimited="opened")

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@views.get("/t/o/<token>.gif")
def opened(token: str) -> Response:
    """The open pixel: always a picture, whatever the token is."""
    # The reader's mail program must not show a broken picture, whatever happens here.
    try:
        count_visit()
        gateway().email.record_open(
            token=token[:500],
            user_agent=_header("User-Agent"),
            method=request.method,
            accept=_header("Accept"),
        )
    except TooMany:
        pass  # and nobody's log is filled
    except Exception as error:
        log.warning("open not recorded", error=str(error))
    response = Response(PIXEL, content_type="image/gif")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return untraced(response)


@views.get("/t/c/<token>")
def clicked(token: str) -> Response:
    """A tracked link: on to where it led when the mail was made, and nowhere else."""
    click = gateway().email.record_click(
        token=token[:500],
        user_agent=_header("User-Agent"),
        method=request.method,
        remote=request.remote_addr or "",
    )
    if not _is_web(click.url):
        raise NotFound("email_gateway.link_unknown", "This link leads nowhere")
    response = Response(status=302)
    response.headers["Location"] = click.url
    return untraced(response)


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and url.isprintable()
    except ValueError:
        return False


@views.route("/t/u/<token>", methods=["GET", "POST"])
def unsubscribe(token: str) -> Response:
    """One-click unsubscription (RFC 8058): a GET only asks, because scanners follow links."""
    if request.method == "POST":
        gateway().email.unsubscribe(token=token[:500])
    return page("unsubscribe.html", done=request.method == "POST")


def _header(name: str) -> str:
    return request.headers.get(name, "")[:500]
