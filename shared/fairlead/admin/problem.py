"""Errors over HTTP: problem details, application/problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from ..errors import Failure

CONTENT_TYPE: Final = "application/problem+json"

STATUS: Final = {
    "invalid": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "stale": 412,
    "too_many": 429,
    "unavailable": 503,
    "internal": 500,
}
"""The status of each kind of Failure."""


class HttpError(Exception):
    """A request that HTTP itself refuses, before anybody was asked: no such path, too large."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers


def status_of(failure: Failure) -> int:
    """The HTTP status that `failure` is answered with."""
    return STATUS.get(failure.kind, 500)


def problem(
    status: int, code: str, message: str, details: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The members of a problem: those of the RFC, `code` for programs, and `details`.

    `type` is a URN and no address: nothing is to be fetched there.
    """
    return {
        **(details or {}),
        "type": f"urn:fairlead:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
    }


def headers_of(failure: Failure) -> dict[str, str]:
    """The headers that belong to `failure`: when to come back, how to sign in."""
    if failure.kind == "unauthenticated":
        return {"WWW-Authenticate": "Bearer"}
    if "retry_after" in failure.details:
        return {"Retry-After": str(max(1, round(failure.details["retry_after"])))}
    return {}
