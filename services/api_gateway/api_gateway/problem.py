"""Errors as problem+json (RFC 9457), one shape for all of them."""

from __future__ import annotations

import msgspec
import structlog
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from fairlead.errors import (
    Conflict,
    Failure,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)

from .door import NO_VERSION

log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"

STATUS: dict[type[Failure], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Stale: 412,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
    Internal: 500,
}


class FieldError(msgspec.Struct, frozen=True):
    """A field that is wrong: its path in the request, and why."""

    field: str
    reason: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong. `code` is for programs, `detail` for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list[FieldError] = []


def status_of(failure: Failure) -> int:
    """The HTTP status of `failure`: that of the nearest class in the table."""
    if failure.code.endswith(".malformed"):
        return 400
    if failure.code == NO_VERSION:
        return 428
    for kind in type(failure).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return 500


def respond(failure: Failure) -> Response:
    """`failure` as a response."""
    status = status_of(failure)
    problem = Problem(
        title=failure.kind.replace("_", " ").capitalize(),
        status=status,
        code=failure.code,
        detail=failure.message,
        request_id=g.get("request_id", ""),
        errors=[FieldError(**error) for error in failure.details.get("errors", [])],
    )
    response = Response(msgspec.json.encode(problem), status, content_type=CONTENT_TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="fairlead"'
    if failure.retryable:
        response.headers["Retry-After"] = str(int(failure.details.get("retry_after", 2)))
    return response


def http_problem(error: HTTPException) -> Response | HTTPException:
    """What HTTP itself has to say, as problem+json."""
    status = error.code or 500
    if status < 400:
        return error  # a redirect answers for itself
    title = error.name or "Error"
    problem = Problem(
        title=title,
        status=status,
        code=f"http.{title.lower().replace(' ', '_')}",
        detail=error.description or title,
        request_id=g.get("request_id", ""),
    )
    response = Response(msgspec.json.encode(problem), status, content_type=CONTENT_TYPE)
    allowed = getattr(error, "valid_methods", None)
    if status == 405 and allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _unforeseen(error: Exception) -> Response:
    log.error("unforeseen error", exc_info=error)
    return respond(Internal("gateway.broken", "Something broke that should not have"))


def install(app: Flask) -> None:
    """Let every error leave `app` as problem+json."""
    app.register_error_handler(Failure, respond)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, _unforeseen)
