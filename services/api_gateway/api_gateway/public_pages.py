"""How pages for people without an account are answered."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from fairlead.errors import NotFound, TooMany

from .gateway import gateway
from .limits import visitor

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_NO_TRACE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def open_to_all(views: Blueprint, *, unlimited: str = "") -> None:
    """Answer who comes to `views` with pages, and not too often; `unlimited` is a view that counts
    its visitors itself."""
    views.register_error_handler(NotFound, gone)
    views.register_error_handler(TooMany, busy)

    @views.before_request
    def count() -> None:
        if request.endpoint != f"{views.name}.{unlimited}":
            count_visit()


def count_visit() -> None:
    """Count a request of somebody without an account; raises TooMany."""
    gateway().visits.take(visitor())


def page(template: str, **shown: object) -> Response:
    """A page that runs nothing, loads little and is kept nowhere."""
    response = Response(render_template(template, **shown))
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return untraced(response)


def untraced(response: Response) -> Response:
    """The response, whose address is neither kept nor told on: it holds a token."""
    for name, value in _NO_TRACE.items():
        response.headers[name] = value
    return response


def gone(_: NotFound) -> Response:
    """A person followed the link: a page, not a problem for programs."""
    response = page("gone.html")
    response.status_code = 404
    return response


def busy(error: TooMany) -> Response:
    """Somebody, or a machine, asks too often: the same page says so to either."""
    response = page("busy.html")
    response.status_code = 429
    response.headers["Retry-After"] = str(int(error.details.get("retry_after", 2)))
    return response
