"""Requests, responses and routes of the admin server: as much of HTTP as it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from .. import contract
from ..errors import Failure, Invalid
from . import problem
from .problem import HttpError

T = TypeVar("T")

BODY_LIMIT: Final = 1024 * 1024  # bytes of a request


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `parameters` are the parts of the path that its route names."""

    method: str
    path: str
    parameters: dict[str, str]
    query: dict[str, str]
    body: bytes

    def decode(self, wanted: type[T]) -> T:
        """The body, JSON, as `wanted`; raises Invalid that names the field."""
        decoded: T = contract.decode(self.body, wanted, "admin")
        return decoded

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number of the query from `low` to `high`; raises Invalid."""
        raw = self.query.get(name, str(default))
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and low <= int(raw) <= high):
            raise Invalid.field("admin.invalid", name, f"must be a number from {low} to {high}")
        return int(raw)


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Any]


def answer(result: Any, *, status: int = 200) -> Response:
    """What a handler returned as a response: nothing is 204, a Response itself, the rest JSON."""
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(204)
    return Response(status, msgspec.json.encode(result))


def refusal(error: Exception) -> Response:
    """The problem that `error` is answered with; a stranger's text is not shown."""
    if isinstance(error, Failure):
        status, headers = problem.status_of(error), problem.headers_of(error)
        body = problem.problem(status, error.code, error.message, error.details)
    elif isinstance(error, HttpError):
        status, headers = error.status, error.headers
        body = problem.problem(status, error.code, error.message)
    else:
        status, headers = 500, {}
        body = problem.problem(500, "admin.internal", "The admin server's log tells what happened")
    encoded = msgspec.json.encode(body, enc_hook=str)
    return Response(status, encoded, problem.CONTENT_TYPE, headers)


class Routes:
    """Which handler answers which method and path."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, ...], dict[str, Handler]] = {}

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Let `handler` answer `path`, in which `{name}` stands for any one part."""
        methods = self._routes.setdefault(_parts(path), {})
        if method in methods:
            raise ValueError(f"{method} {path} has a handler already")
        methods[method] = handler

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        """The handler and the named parts; raises HttpError 404 or 405."""
        allowed: set[str] = set()
        for wanted, methods in self._routes.items():
            parameters = _match(wanted, _parts(path))
            if parameters is not None:
                if method in methods:
                    return methods[method], parameters
                allowed |= methods.keys()
        if allowed:
            message = f"{method} is not possible here"
            raise HttpError(405, "admin.no_such_method", message, Allow=", ".join(sorted(allowed)))
        raise HttpError(404, "admin.no_such_path", "There is nothing at this path")

    def __iter__(self) -> Iterator[str]:
        for parts, methods in self._routes.items():
            for method in methods:
                yield f"{method} {'/'.join(parts)}"


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


def _match(wanted: tuple[str, ...], given: tuple[str, ...]) -> dict[str, str] | None:
    if len(wanted) != len(given):
        return None
    parameters = {}
    for want, part in zip(wanted, given, strict=True):
        if want.startswith("{"):
            parameters[want[1:-1]] = part
        elif want != part:
            return None
    return parameters


def query_of(environ: dict[str, Any]) -> dict[str, str]:
    """The query's fields, the last of each name; raises Invalid for more than 20."""
    try:
        return dict(parse_qsl(environ.get("QUERY_STRING", ""), True, max_num_fields=20))
    except ValueError:
        raise Invalid.field("admin.invalid", "query", "has too many fields") from None


def body_of(environ: dict[str, Any]) -> bytes:
    """The request's body; raises HttpError 400, 411, or 413 beyond BODY_LIMIT."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        raise HttpError(411, "admin.length_required", "Send the body with its Content-Length")
    raw = environ.get("CONTENT_LENGTH") or "0"
    if not (raw.isascii() and raw.isdigit()):
        raise HttpError(400, "admin.bad_length", "The Content-Length is not a number")
    if len(raw) > 12 or int(raw) > BODY_LIMIT:
        raise HttpError(413, "admin.too_large", f"At most {BODY_LIMIT} bytes are taken")
    body: bytes = environ["wsgi.input"].read(int(raw))
    if len(body) < int(raw):
        raise HttpError(400, "admin.bad_length", "The body ended early")
    return body
