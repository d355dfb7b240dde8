"""The Flask app: who asks, what is allowed, which headers each answer carries."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from fairlead import context
from fairlead.errors import Unauthenticated

from . import (
    attachments,
    audit,
    connections,
    events,
    hooks,
    jobs,
    mail_pages,
    messages,
    papers,
    problem,
    public,
    sandbox_files,
    session,
    trip_pages,
    web,
    welcome,
)
from .door import Door
from .doors import DOORS
from .gateway import Gateway, gateway
from .identity import begin_request, identify
from .limits import visitor
from .openapi import document

API = "/api/v1"
_VIEWS = (
    session, messages, mail_pages, connections, attachments, audit, jobs, papers, sandbox_files,
    events,
)  # fmt: skip
JSON_LIMIT = 1024 * 1024  # bytes of a JSON body; a message's text has 100,000 characters at most

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}


def create_app(parts: Gateway) -> Flask:
    """The WSGI app around `parts`."""
    app = Flask(__name__)
    app.extensions["fairlead"] = parts
    app.config["MAX_CONTENT_LENGTH"] = JSON_LIMIT
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would answer //somewhere with a redirect
    if parts.settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=parts.settings.proxies)  # type: ignore[method-assign]
    problem.install(app)
    app.before_request(_begin)
    app.after_request(_end)
    for door in DOORS:
        app.add_url_rule(
            API + door.rule,
            f"{door.call.service}.{door.name}.{door.method}",
            _view(door),
            methods=[door.method],
        )
    for module in _VIEWS:
        app.register_blueprint(module.views, url_prefix=API)
    app.register_blueprint(hooks.views, url_prefix=f"{API}/hooks")
    app.register_blueprint(public.views)
    app.register_blueprint(attachments.links)
    app.register_blueprint(welcome.views)
    app.register_blueprint(trip_pages.views)
    app.register_blueprint(papers.links)
    web.install(app)
    app.add_url_rule(f"{API}/openapi.json", "openapi", _openapi)
    return app


# Who wants to sign in may come with the cookie of a session that has ended.
_OPEN_TO_ALL = frozenset(
    {
        "session.read_session",
        "session.sign_in",
        "session.sign_in_with_code",
        "session.forgotten",
        "session.look_at_link",
        "session.use_link",
        "hooks.sms",
        "hooks.whatsapp",
        "hooks.whatsapp_challenge",
        "openapi",
    }
)


def _begin() -> None:
    anonymous = begin_request()
    context._current.set(anonymous)
    if not request.path.startswith(API) or request.endpoint in _OPEN_TO_ALL:
        return
    try:
        who = identify(gateway().sessions, anonymous)
    except Unauthenticated:
        gateway().requests.take(visitor())  # guessing tokens is limited too
        if request.endpoint != "session.sign_out":
            raise
        return  # who wants to leave may come with a session that has ended, and loses its cookie
    context._current.set(who)
    gateway().requests.take(str(who.user or visitor()))


def _end(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if gateway().settings.public_url.scheme == "https":
        response.headers.setdefault(
            "Strict-Transport-Security", "max-age=31536000; includeSubDomains"
        )
    if request.path.startswith(API):
        response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


def _view(door: Door) -> Any:
    def view(**places: str) -> Response:
        door.call.right.check(context.current())
        return door.ask(gateway().clients[door.interface], places)

    return view


def _openapi() -> Response:
    response = Response(document(), content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
