"""The OpenAPI 3.1 document, made from the table of doors and the contracts behind it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from contracts.accounts import AccountLink, Session
from contracts.common import FileNumber, Language
from contracts.inbox import Draft, File, FileLink, MessageView, PictureSize, ScheduledMessage
from contracts.itineraries import Itinerary, PaperKind
from contracts.jobs import Job, JobFileKind
from contracts.samples import sample
from contracts.webhooks import PAYLOADS, WebhookEvent
from contracts.webhooks.payloads import Payload
from fairlead.contract import Message, calls

from .attachments import Disposition, LinkWanted
from .audit import CSV
from .connections import AWAY, AnyConnection, AnyDetails
from .door import NO_VERSION, VERSION, Door, given
from .doors import DOORS
from .doors.jobs import WITH_JOBS
from .mail_pages import Images, Part
from .messages import PreviewedMessage
from .papers import PaperWanted
from .problem import CONTENT_TYPE, FieldError, Problem
from .session import CodeWanted, CurrentSession, Forgotten, NewPassword, SecondStep, SignIn

API = "/api/v1"

JSON = dict[str, Any]
Operation = tuple[str, str, JSON]  # method, path, Operation Object

# What any request may be answered with, or those alone that say so: a code and its meaning.
_PROBLEMS = {
    "400": ("contacts.malformed", "The request is malformed"),
    "401": ("rights.not_signed_in", "Nobody is signed in, or the session has ended"),
    "403": ("rights.forbidden", "The role has no right to it, or the CSRF token is missing"),
    "404": ("contacts.not_found", "There is no such thing in the organisation"),
    "409": ("itineraries.transition", "It cannot be done in the present state"),
    "412": ("contacts.changed", "Somebody changed it since it was read"),
    "413": ("http.request_entity_too_large", "The body is too large"),
    "415": ("http.unsupported_media_type", "The body is of another type than is taken here"),
    "422": ("contacts.invalid", "A field is wrong; `errors` says which and why"),
    "428": (NO_VERSION, "If-Match is missing"),
    "429": ("gateway.too_many_requests", "Too many requests; Retry-After says when to come back"),
    "500": ("gateway.broken", "Something broke that should not have"),
    "503": ("bus.away", "A service is away; the same request may be repeated"),
}
_RETRY_AFTER = {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 0}}

_DONE: tuple[str, JSON] = ("204", {"description": "Done"})
_READING: list[JSON] = [{"session": []}, {"token": []}]
_CHANGING: list[JSON] = [{"session": [], "csrf": []}, {"token": []}]

OpenedSession = msgspec.defstruct(
    "OpenedSession",
    [(info.name, info.type) for info in msgspec.structs.fields(Session) if info.name != "token"],
    namespace={"__doc__": "A new session; its token went into the cookie."},
)


class _Slot(NamedTuple):
    """The place of a schema that has no name yet: names follow once all types are known."""

    number: int
    more: JSON


class _Schemas:
    """The types that the document mentions."""

    def __init__(self) -> None:
        self._types: list[Any] = []
        self._bodies: dict[bytes, Any] = {}

    def of(self, kind: Any, **more: Any) -> _Slot:
        """The schema of `kind`, with `more` keywords beside it."""
        self._types.append(kind)
        return _Slot(len(self._types) - 1, more)

    def of_body(self, kind: Any) -> _Slot:
        """As `of`; the bodies of two doors to one method are two equal types of one name."""
        schema = msgspec.json.encode(msgspec.json.schema(kind))
        return self.of(self._bodies.setdefault(schema, kind))

    def resolve(self, value: Any) -> tuple[Any, JSON]:
        """`value` with its slots filled, and the components that they refer to."""
        filled, components = msgspec.json.schema_components(
            self._types, ref_template="#/components/schemas/{name}"
        )
        return _fill(value, list(filled)), components


def _fill(value: Any, schemas: list[JSON]) -> Any:
    if isinstance(value, _Slot):
        return schemas[value.number] | value.more
    if isinstance(value, dict):
        return {key: _fill(each, schemas) for key, each in value.items()}
    return [_fill(each, schemas) for each in value] if isinstance(value, list) else value


@functools.cache
def document() -> bytes:
    """The document as JSON."""
    schemas = _Schemas()
    paths: dict[str, JSON] = {}
    for method, path, operation in (*(_door(door, schemas) for door in DOORS), *_others(schemas)):
        paths.setdefault(API + path, {})[method.lower()] = operation
    told = {event.value: _told(event, data, schemas) for event, data in PAYLOADS.items()}
    described = {
        "webhooks": told,
        "paths": dict(sorted(paths.items())),
        "responses": _problems(schemas),
    }
    filled, components = schemas.resolve(described)
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "Fairlead",
            "version": "1",
            "description": "The communications hub of a travel company: one inbox for every "
            "traveller, supplier and agent, joined to the trips they are about.",
        },
        "security": _READING,
        "paths": filled["paths"],
        "webhooks": filled["webhooks"],
        "components": {
            "schemas": components,
            "responses": filled["responses"],
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "fairlead_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }
    return msgspec.json.encode(whole)


def _told(event: WebhookEvent, data: type[Message], schemas: _Schemas) -> JSON:
    """The Path Item Object of a webhook: what is sent to the customer's own systems."""
    fields = [
        (info.name, data if info.name == "data" else Literal[event.value])
        if info.name in ("data", "type")
        else (info.name, info.type)
        for info in msgspec.structs.fields(Payload)
    ]
    kind = msgspec.defstruct(f"{data.__name__}Told{event.name.title()}", fields, kw_only=True)
    example = msgspec.to_builtins(sample(data))
    body = {
        "id": str(sample(UUID, "event_id")),
        "type": event.value,
        "schema_version": Payload.schema,
        "timestamp": "2026-05-12T08:30:00Z",
        "organisation_id": str(sample(UUID, "organisation_id")),
        "data": example,
    }
    content = {"application/json": {"schema": schemas.of(kind), "example": body}}
    doc = " ".join((data.__doc__ or "").split())
    return {
        "post": {
            "operationId": f"webhook_{event.name.lower()}",
            "tags": ["webhooks"],
            "summary": event.value,
            "description": f"{doc} Signed as the Standard Webhooks specification says, in the "
            "headers webhook-id, webhook-timestamp and webhook-signature.",
            "security": [],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "2XX": {"description": "Taken; anything else is sent again"},
                "410": {"description": "No more, please: the webhook is switched off"},
            },
        }
    }


def _problems(schemas: _Schemas) -> JSON:
    schema = schemas.of(Problem)
    return {
        status: {
            "description": meaning,
            "headers": {"Retry-After": _RETRY_AFTER} if status in ("429", "503") else {},
            "content": {
                CONTENT_TYPE: {"schema": schema, "example": _problem(int(status), code, meaning)}
            },
        }
        for status, (code, meaning) in _PROBLEMS.items()
    }


def _problem(status: int, code: str, meaning: str) -> Any:
    wrong = [FieldError("identities[0].value", "is not an email address")]
    return msgspec.to_builtins(
        Problem(
            title=code.partition(".")[2].replace("_", " ").capitalize(),
            status=status,
            code=code,
            detail=meaning,
            request_id="7d2f4c1e9f0e4c589b7c2f1a",
            errors=wrong if status == 422 else [],
        )
    )


def _operation(
    method: str, name: str, tag: str, doc: str, success: tuple[str, JSON], **more: Any
) -> JSON:
    """An Operation Object, with the problems it may be answered with beside its `success`."""
    problems = {status: {"$ref": f"#/components/responses/{status}"} for status in _PROBLEMS}
    if "requestBody" not in more:
        del problems["413"]
    if all(each["name"] != "If-Match" for each in more.get("parameters", ())):
        del problems["412"], problems["428"]
    return {
        "operationId": name,
        "tags": [tag],
        "summary": _first_sentence(doc),
        "description": doc,
        "security": _READING if method == "GET" else _CHANGING,
        "responses": dict([success]) | problems,
        **more,
    }


def _first_sentence(doc: str) -> str:
    return " ".join(doc.split()).partition(". ")[0].rstrip(".")


def _door(door: Door, schemas: _Schemas) -> Operation:
    doc, success = door.call.doc, _DONE
    if door.call.reply is not type(None):
        success = str(door.status), _content(door.call.reply, _first_sentence(doc), schemas)
    if door.otherwise is not None:
        other = calls(door.interface)[door.otherwise]
        [content] = success[1]["content"].values()
        content["schema"] = {"anyOf": [content["schema"], schemas.of(other.reply)]}
        doc = f"{doc}\n\nOtherwise: {other.doc}"
    more: JSON = {"parameters": list(_parameters(door, schemas))}
    if door.has_body:
        more["requestBody"] = _body(door.body, schemas)
    name = f"{door.call.service}_{door.name}_{door.method.lower()}"
    tag = door.path.split("/")[1]
    return door.method, door.path, _operation(door.method, name, tag, doc, success, **more)


def _parameters(door: Door, schemas: _Schemas) -> Iterator[JSON]:
    fields = {info.name: info for info in msgspec.structs.fields(door.call.request)}
    example = msgspec.to_builtins(sample(door.call.request))
    for name in door.in_path:
        yield _parameter("path", name, schemas.of(given(fields[name].type)), example[name], True)
    for info in door.query:
        default = {} if info.default in (None, msgspec.NODEFAULT) else {"default": info.default}
        schema = schemas.of(given(info.type), **default)
        yield _parameter("query", info.name, schema, example[info.name], info.required)
    if door.takes_version:
        yield _header("If-Match", "The ETag of what was read", '"v3"', r'^"v\d{1,18}"$')
    if door.takes_request_id or door.makes:
        yield _once(required=door.takes_request_id)


def _parameter(place: str, name: str, schema: Any, example: Any, required: bool) -> JSON:
    about = {"name": name, "in": place, "required": required}
    return about | {"schema": schema, "example": example}


def _header(name: str, meaning: str, example: str, pattern: str, required: bool = True) -> JSON:
    schema = {"type": "string", "pattern": pattern}
    return _parameter("header", name, schema, example, required) | {"description": meaning}


def _once(*, required: bool = True) -> JSON:
    meaning = "New for each thing to send or make; the same again does nothing twice"
    key = "5f0c1c1e-9f0e-4c58-9b7c-2f1a2c8f5d11"
    return _header("Idempotency-Key", meaning, key, r"^[!-~]{8,100}$", required)


def _example(kind: Any) -> Any:
    return msgspec.to_builtins(sample(kind))


def _content(kind: Any, meaning: str, schemas: _Schemas) -> JSON:
    content = {"application/json": {"schema": schemas.of(kind), "example": _example(kind)}}
    response: JSON = {"description": meaning, "content": content}
    if VERSION in getattr(kind, "__struct_fields__", ()):
        tag = {"description": "For If-Match", "schema": {"type": "string"}, "example": '"v3"'}
        response["headers"] = {"ETag": tag}
    return response


def _body(kind: Any, schemas: _Schemas) -> JSON:
    content = {"schema": schemas.of_body(kind), "example": _example(kind)}
    return {"required": True, "content": {"application/json": content}}


def _others(schemas: _Schemas) -> Iterator[Operation]:
    """The doors that are not one call: sessions, composing, files and the stream."""

    def door(method: str, path: str, name: str, doc: str, success: Any, **more: Any) -> Operation:
        return method, path, _operation(method, name, path.split("/")[1], doc, success, **more)

    doc = "Sign in; the session's token goes into a cookie."
    success = "201", _content(OpenedSession, "The session, without its token", schemas)
    body = _body(SignIn, schemas)
    wanted = _content(CodeWanted, "A code of the second factor is wanted", schemas)
    method, path, first = door(
        "POST", "/session", "sign_in", doc, success, requestBody=body, security=[]
    )
    first["responses"]["202"] = wanted
    yield method, path, first

    doc = "Sign in with a code of the second factor, after the password."
    body = _body(SecondStep, schemas)
    yield door(
        "POST", "/session/code", "sign_in_with_code", doc, success, requestBody=body, security=[]
    )

    doc = "Ask for a link for a new password; the answer is the same for who is unknown."
    body = _body(Forgotten, schemas)
    yield door("POST", "/password-resets", "forgotten", doc, _DONE, requestBody=body, security=[])

    doc = "What a link from a mail is for."
    places = [_parameter("path", "token", schemas.of(str), "fk_mJ4xT0q7Wc2nV9sKfR1bZg", True)]
    about = "200", _content(AccountLink, "Who chooses a password", schemas)
    path = "/account-links/{token}"
    yield door("GET", path, "look_at_link", doc, about, parameters=places, security=[])

    doc, body = "Set the password of the link's user; the link ends.", _body(NewPassword, schemas)
    yield door(
        "POST", path, "use_link", doc, _DONE, parameters=places, requestBody=body, security=[]
    )

    doc = "The CSRF token of the browser's session, for a page that was loaded anew."
    success = "200", _content(CurrentSession, "The token; null where nobody is signed in", schemas)
    yield door("GET", "/session", "read_session", doc, success, security=[])

    anyway: list[JSON] = [{"session": [], "csrf": []}, {}]
    yield door("DELETE", "/session", "sign_out", "Sign out.", _DONE, security=anyway)

    doc, body = "What sending would send, with everything filled in.", _body(Draft, schemas)
    success = "200", _content(list[PreviewedMessage], "One for each message", schemas)
    yield door("POST", "/messages/preview", "preview_messages", doc, success, requestBody=body)

    doc, keys = "Send a message to each recipient, or schedule it.", [_once()]
    success = "201", _content(list[MessageView], "What leaves", schemas)
    later = _content(ScheduledMessage, "It leaves later, and can be withdrawn until then", schemas)
    method, path, sending = door(
        "POST", "/messages", "send_messages", doc, success, parameters=keys, requestBody=body
    )
    sending["responses"]["202"] = later
    yield method, path, sending

    doc = "Upload a file that a message can attach."
    success = "201", _content(File, "The file, to be named in a draft", schemas)
    yield door("POST", "/files", "upload_file", doc, success, requestBody=_FORM)

    yield from _connections(schemas, door)
    yield from _files(schemas, door)
    yield from _papers(schemas, door)
    yield _mail_page(schemas, door)

    doc = "The audit log as a file for a spreadsheet, with the filters of the list."
    success = _text("text/csv", "All entries, the newest first", "number,at,user,role,from,action")
    places = list(_parameters(CSV, schemas))
    yield door("GET", CSV.path, "export_audit", doc, success, parameters=places)

    service = {"type": "string", "enum": sorted(WITH_JOBS)}
    places = [
        _parameter("path", "service", service, "contacts", True),
        _parameter("path", "id", schemas.of(UUID), str(sample(Job).id), True),
        _parameter("path", "file", schemas.of(JobFileKind), "result", True),
    ]
    success = _text("*/*", "The content, always as a download", "name,kind")
    doc = "A file that a job has made: its result, or what it refused."
    yield door(
        "GET",
        "/jobs/{service}/{id}/files/{file}",
        "download_job_file",
        doc,
        success,
        parameters=places,
    )

    after = _header("Last-Event-ID", "The last event seen", "41", r"^\d{1,18}$", required=False)
    places = [after, after | {"name": "after", "in": "query"}]
    success = _text("text/event-stream", "An endless stream", _STREAM)
    doc = "Everything that changes, as it changes (server-sent events)."
    yield door("GET", "/events", "stream_events", doc, success, parameters=places)


def _connections(schemas: _Schemas, door: Callable[..., Operation]) -> Iterator[Operation]:
    """The doors of connections of every channel."""
    known = str(sample(AnyConnection).id)
    id = _parameter("path", "id", schemas.of(UUID), known, True)
    version = _header("If-Match", "The ETag of what was read", '"v3"', r'^"v\d{1,18}"$')
    one = _content(AnyConnection, "The connection, without any secret", schemas)
    tag = {"description": "For If-Match", "schema": {"type": "string"}, "example": '"v3"'}
    one |= {"headers": {"ETag": tag}}
    body = _body(AnyDetails, schemas)
    all_known = _content(list[AnyConnection], "By channel and label", schemas)
    missing = "Channels whose gateway did not answer: their connections are not in the list"
    all_known |= {
        "headers": {AWAY: {"description": missing, "schema": {"type": "string"}, "example": "sms"}}
    }
    doc = "Connections of every channel."
    yield door("GET", "/connections", "list_connections", doc, ("200", all_known))
    doc, key = "Add a connection; the `channel` says which details it has.", [_once(required=False)]
    yield door(
        "POST", "/connections", "create_connection", doc, ("201", one),
        parameters=key, requestBody=body,
    )  # fmt: skip
    path, places = "/connections/{id}", [id]
    yield door("GET", path, "get_connection", "One connection.", ("200", one), parameters=places)
    doc, both = "Replace the details of a connection.", [id, version]
    yield door(
        "PUT", path, "update_connection", doc, ("200", one), parameters=both, requestBody=body
    )
    doc = "Stop using a connection. Its history stays."
    yield door("DELETE", path, "remove_connection", doc, _DONE, parameters=places)


def _files(schemas: _Schemas, door: Callable[..., Operation]) -> Iterator[Operation]:
    """The doors at which contents of files are handed out."""
    id = _parameter("path", "id", schemas.of(UUID), str(sample(File).id), True)
    doc = (
        "The content of a file. As a download unless `disposition` is `inline` and its kind may be "
        "shown. Answers to Range and If-None-Match; 409 while the virus check holds it."
    )
    shown = _parameter("query", "disposition", schemas.of(Disposition), "inline", False)
    parts = _text("*/*", "The content", "%PDF-1.7")
    yield door("GET", "/files/{id}", "download_file", doc, parts, parameters=[id, shown])

    doc = "A picture of a file as WebP: of an image, or of a PDF's first page."
    size = _parameter("query", "size", schemas.of(PictureSize), "medium", False)
    picture = _text("image/webp", "The picture, at most as large", "RIFF")
    path = "/files/{id}/thumbnail"
    yield door("GET", path, "file_thumbnail", doc, picture, parameters=[id, size])

    doc = "An address of a file, or of its picture, that works without signing in, for a while."
    success = "201", _content(FileLink, "The address", schemas)
    body = _body(LinkWanted, schemas)
    path = "/files/{id}/links"
    yield door("POST", path, "link_file", doc, success, parameters=[id], requestBody=body)

    number = _parameter("path", "number", schemas.of(FileNumber), 0, True)
    for where in ("mails", "chats"):
        doc = f"A file that somebody of the sandbox got, by its place among those of {where}."
        path, name = f"/sandbox/{where}/{{id}}/files/{{number}}", f"open_sandbox_file_of_{where}"
        yield door("GET", path, name, doc, parts, parameters=[id, number])


def _mail_page(schemas: _Schemas, door: Callable[..., Operation]) -> Operation:
    """The door at which a mail is had as a page."""
    doc = (
        "The HTML of a message as a page to be shown in a frame: it runs nothing, and loads "
        "pictures from elsewhere only with `images=shown`. 404 where the message has no HTML."
    )
    places = [
        _parameter("path", "id", schemas.of(UUID), str(sample(MessageView).id), True),
        _parameter("query", "part", schemas.of(Part), "new", False),
        _parameter("query", "images", schemas.of(Images), "blocked", False),
    ]
    page = _text("text/html", "The page", "<!doctype html><html><body>Bom dia</body></html>")
    return door("GET", "/messages/{id}/page", "message_page", doc, page, parameters=places)


def _papers(schemas: _Schemas, door: Callable[..., Operation]) -> Iterator[Operation]:
    """The doors at which trips are had on paper."""
    id = _parameter("path", "id", schemas.of(UUID), str(sample(Itinerary).id), True)
    language = _parameter("query", "language", schemas.of(Language), "en", False)
    for kind in PaperKind:
        doc = f"The {kind.value} of a trip as PDF, in its own language or another."
        parts = _text("application/pdf", "The paper", "%PDF-1.7")
        path, name = f"/itineraries/{{id}}/{kind.value}.pdf", f"download_{kind.value}"
        yield door("GET", path, name, doc, parts, parameters=[id, language])
    doc = "Draw a paper of a trip as a file that a message can attach."
    success = "201", _content(File, "The file, to be named in a draft", schemas)
    body = _body(PaperWanted, schemas)
    path = "/itineraries/{id}/papers"
    yield door("POST", path, "attach_paper", doc, success, parameters=[id], requestBody=body)


_STREAM = 'id: 41\nevent: conversation.changed\ndata: {"change": "read", "message": null}\n\n'
_BYTES = {"type": "string", "contentMediaType": "application/octet-stream"}
_FORM_SCHEMA = {"type": "object", "required": ["file"], "properties": {"file": _BYTES}}
_FORM_CONTENT = {"schema": _FORM_SCHEMA, "example": {"file": "%PDF-1.7"}}
_FORM = {"required": True, "content": {"multipart/form-data": _FORM_CONTENT}}


def _text(media_type: str, meaning: str, example: str) -> tuple[str, JSON]:
    content = {media_type: {"schema": {"type": "string"}, "example": example}}
    return "200", {"description": meaning, "content": content}
