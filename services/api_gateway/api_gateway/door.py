"""A door: an HTTP method and path onto a method of a service's interface.

Where an argument comes from follows from its name and the HTTP method: named in the path, it is
there; `version` comes from If-Match and `request_id` from Idempotency-Key; the rest is the query
of a GET or DELETE and the JSON body of anything else. The types are the contract's, so that what
is wrong is refused here already, by the name of the field.
"""

from __future__ import annotations

import functools
import operator
import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from fairlead.contract import Call, Interface, calls, invalid
from fairlead.errors import Invalid, NotFound

from .gateway import gateway
from .identity import COOKIE, bearer

_PLACES = re.compile(r"{(\w+)}")
# PostgreSQL keeps no NUL. In JSON it can only stand escaped, after an even number of backslashes.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_ETAG = re.compile(r'(?:W/)?"v?(\d{1,18})"')

ID = "id"
VERSION = "version"
NO_VERSION = "gateway.if_match_missing"
REQUEST_ID = "request_id"
KEEP = "keep"


@dataclass(frozen=True)
class Door:
    """One way in. `hidden` arguments are for services only and cannot be given here.

    `otherwise` is a method with the same arguments, asked for what the first one does not find.
    `keep` is hidden always: it is the token of the browser's own session, from its cookie.
    """

    method: str
    path: str
    interface: type[Interface]
    name: str
    status: int = 200
    hidden: frozenset[str] = field(default_factory=frozenset)
    otherwise: str | None = None

    @cached_property
    def call(self) -> Call:
        """The method behind the door."""
        return calls(self.interface)[self.name]

    def ask(self, client: Any, places: dict[str, str]) -> Response:
        """Call the method behind the door, by a client of its service, and answer the request."""
        arguments = self.arguments(places)
        if self.makes:
            with gateway().making.once(read_made_key(), [self.path, arguments]) as id:
                return self.respond(getattr(client, self.name)(**arguments, id=id))
        try:
            result = getattr(client, self.name)(**arguments)
        except NotFound:
            if self.otherwise is None:
                raise
            result = getattr(client, self.otherwise)(**arguments)
        return self.respond(result)

    @cached_property
    def in_path(self) -> list[str]:
        """Names of the arguments in the path."""
        return _PLACES.findall(self.path)

    @cached_property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return _PLACES.sub(r"<\1>", self.path)

    @cached_property
    def has_body(self) -> bool:
        """Whether arguments come as JSON."""
        return self.method not in ("GET", "DELETE") and bool(list(self._rest()))

    @cached_property
    def takes_version(self) -> bool:
        """Whether If-Match says which state is changed."""
        fields = set(self.call.request.__struct_fields__) - self.hidden
        return self.method != "GET" and VERSION in fields

    @cached_property
    def takes_request_id(self) -> bool:
        """Whether Idempotency-Key makes repeating safe."""
        return REQUEST_ID in self.call.request.__struct_fields__

    @cached_property
    def makes(self) -> bool:
        """Whether it makes something, which an Idempotency-Key makes once."""
        return self.method == "POST" and ID in self.hidden

    @cached_property
    def query(self) -> list[msgspec.structs.FieldInfo]:
        """The arguments that come in the query."""
        return [] if self.has_body else list(self._rest())

    @cached_property
    def body(self) -> type[msgspec.Struct]:
        """The JSON body's type: unknown fields are refused, as they are probably misspelt."""
        return msgspec.defstruct(
            f"{self.call.request.__name__}Body",
            [_as_field(info) for info in self._rest()],
            kw_only=True,
            forbid_unknown_fields=True,
            module=__name__,
        )

    def _rest(self) -> Iterator[msgspec.structs.FieldInfo]:
        elsewhere = {*self.in_path, *self.hidden, KEEP}
        if self.method != "GET":
            elsewhere |= {VERSION}
        for info in msgspec.structs.fields(self.call.request):
            if info.name not in elsewhere and info.name != REQUEST_ID:
                yield info

    def arguments(self, places: dict[str, str]) -> dict[str, Any]:
        """The arguments of the call from the request at hand; raises Invalid."""
        found: dict[str, Any] = {}
        types = {info.name: info.type for info in msgspec.structs.fields(self.call.request)}
        for name, text in places.items():
            found[name] = converted(text, types[name], name)
        if self.has_body:
            body = read_json(self.body, self.call.service)
            found |= {name: getattr(body, name) for name in body.__struct_fields__}
        else:
            found |= self._from_query()
        if self.takes_version:
            found[VERSION] = read_version()
        if self.takes_request_id:
            found[REQUEST_ID] = read_idempotency_key()
        if KEEP in types:
            found[KEEP] = None if bearer() else request.cookies.get(COOKIE)
        return found

    def _from_query(self) -> dict[str, Any]:
        known = {info.name: info for info in self.query}
        unknown = sorted(set(request.args) - set(known))
        if unknown:
            raise Invalid.field("gateway.unknown_parameter", unknown[0][:80], "is not known here")
        missing = [
            info.name for info in self.query if info.required and info.name not in request.args
        ]
        if missing:
            raise Invalid.field("gateway.missing_parameter", missing[0], "is missing")
        return {
            name: converted(text, known[name].type, name) for name, text in request.args.items()
        }

    def respond(self, result: Any) -> Response:
        """`result` as JSON, with its version as the ETag."""
        if result is None:
            return Response(status=204)
        return with_version(json_response(result, self.status), result)


def with_version(response: Response, result: Any) -> Response:
    """`response` with the version of `result`, if it has one, as the ETag."""
    version = getattr(result, VERSION, None)
    if version is not None:
        response.headers["ETag"] = f'"v{version}"'
    return response


def json_response(result: Any, status: int = 200) -> Response:
    """`result` as JSON."""
    return Response(msgspec.json.encode(result), status, content_type="application/json")


def read_json(wanted: Any, service: str) -> Any:
    """The request's JSON body as `wanted`; raises Invalid that names the field."""
    if not request.is_json:
        raise UnsupportedMediaType("The body must be JSON (Content-Type: application/json)")
    body = request.get_data(cache=False)
    if _NUL.search(body):
        raise Invalid(f"{service}.malformed", "The body holds a NUL character")
    try:
        return msgspec.json.decode(body, type=wanted)
    except msgspec.ValidationError as error:
        raise invalid(f"{service}.invalid", error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{service}.malformed", f"The body is not JSON: {error}") from None
    except RecursionError:
        raise Invalid(f"{service}.malformed", "The body is nested too deeply") from None


def read_version() -> int:
    """The version in If-Match; raises Invalid.

    A change that does not say of which state is answered with 428 (RFC 6585, section 3).
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise Invalid.field(
            NO_VERSION, "If-Match", "is missing: send the ETag that was read, or read again"
        )
    match = _ETAG.fullmatch(given)
    if match is None:
        raise Invalid.field(
            "gateway.if_match", "If-Match", 'must be the ETag that was read, as "v3"'
        )
    return int(match.group(1))


def read_made_key() -> str | None:
    """The Idempotency-Key header of a request that may do without it; raises Invalid."""
    return read_idempotency_key() if "Idempotency-Key" in request.headers else None


def read_idempotency_key() -> str:
    """The Idempotency-Key header; raises Invalid."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 8 <= len(key) <= 100 or not key.isprintable() or not key.isascii():
        raise Invalid.field(
            "gateway.idempotency_key",
            "Idempotency-Key",
            "must be 8 to 100 characters that are new for each thing to send or make",
        )
    return key


def given(kind: Any) -> Any:
    """The type of a parameter that is given: None is said by leaving it out."""
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    kinds = (each for each in typing.get_args(kind) if each is not type(None))
    return functools.reduce(operator.or_, kinds)


def converted(text: str, wanted: Any, name: str) -> Any:
    """The text of the parameter `name` as what is wanted; raises Invalid that names it."""
    if "\0" in text:
        raise Invalid.field("gateway.invalid_parameter", name, "holds a NUL character")
    try:
        return msgspec.convert(text, given(wanted), strict=False)
    except msgspec.ValidationError as error:
        reason = str(error).partition(" - at `")[0]
        raise Invalid.field("gateway.invalid_parameter", name, reason) from None


def _as_field(info: msgspec.structs.FieldInfo) -> Any:
    if info.required:
        return (info.name, info.type)
    if info.default is not msgspec.NODEFAULT:
        return (info.name, info.type, info.default)
    return (info.name, info.type, msgspec.field(default_factory=info.default_factory))
