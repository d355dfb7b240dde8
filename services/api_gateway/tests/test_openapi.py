"""The OpenAPI document: valid, complete, and true of the doors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import jsonschema
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api_gateway.app import create_app
from api_gateway.door import Door
from api_gateway.doors import DOORS
from api_gateway.gateway import Gateway
from api_gateway.messages import PreviewedMessage
from api_gateway.openapi import API, document
from api_gateway.problem import CONTENT_TYPE, STATUS, Problem
from contracts import rights
from tests.each import each

JSON = dict[str, Any]

DOCUMENT: JSON = json.loads(document())
OPERATIONS: dict[str, JSON] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
ALWAYS = {"400", "401", "403", "404", "409", "422", "429", "500", "503"}

by_operation = each(OPERATIONS)
NAMED = {f"{door.method} {door.path}": door for door in DOORS}
by_door = each(NAMED)


def of(door: Door) -> JSON:
    """The operation of a door."""
    return OPERATIONS[f"{door.method} {API}{door.path}"]


def responses(operation: JSON) -> Iterator[tuple[str, JSON]]:
    for status, response in operation["responses"].items():
        if "$ref" in response:
            name = response["$ref"].removeprefix("#/components/responses/")
            yield status, DOCUMENT["components"]["responses"][name]
        else:
            yield status, response


def wrong(schema: JSON, example: Any) -> list[str]:
    """What `schema` says against `example`."""
    validator = jsonschema.Draft202012Validator(
        schema | {"components": DOCUMENT["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(example)]


def test_the_document_is_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_it_has_every_way_in_and_no_other() -> None:
    """Every route of the app below /api/v1, but the document's own and those of providers, who
    have documents of their own for what they send."""
    settings = SimpleNamespace(proxies=0)
    app = create_app(cast(Gateway, SimpleNamespace(settings=settings)))
    routes = {
        f"{method} {rule.rule.replace('<uuid:', '{').replace('<', '{').replace('>', '}')}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith(API) and rule.endpoint != "openapi"
        if not rule.rule.startswith(f"{API}/hooks/")
    }
    assert routes == OPERATIONS.keys()
    assert {f"{door.method} {API}{door.path}" for door in DOORS} <= routes
    assert len(NAMED) == len(DOORS)


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(names) == sorted(set(names))


@by_operation
def test_an_operation_says_what_it_is_about(operation: JSON) -> None:
    assert operation["summary"]
    assert not operation["summary"].endswith(".")
    assert "\n" not in operation["summary"]
    assert len(operation["tags"]) == 1


@by_operation
def test_an_operation_has_its_success_and_its_errors(operation: JSON) -> None:
    answers = dict(responses(operation))
    assert sum(status.startswith("2") for status in answers) == (1 + ("202" in answers))
    assert answers.keys() >= ALWAYS
    assert ("413" in answers) == ("requestBody" in operation)
    for status, response in answers.items():
        if not status.startswith("2"):
            problem = response["content"][CONTENT_TYPE]
            assert problem["example"]["status"] == int(status)
            assert wrong(problem["schema"], problem["example"]) == []
            msgspec.convert(problem["example"], Problem)


def test_every_failure_has_its_status_in_the_document() -> None:
    assert {str(status) for status in STATUS.values()} <= DOCUMENT["components"]["responses"].keys()


@by_operation
def test_examples_fit_their_schemas(operation: JSON) -> None:
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    answers = [response for _, response in responses(operation) if "content" in response]
    for body in (*bodies, *answers):
        for content in body["content"].values():
            assert wrong(content["schema"], content["example"]) == []
    for parameter in operation.get("parameters", ()):
        assert wrong(parameter["schema"], parameter["example"]) == []
    for header in (one for answer in answers for one in answer.get("headers", {}).values()):
        assert wrong(header["schema"], header.get("example", 1)) == []


@by_door
def test_a_door_is_described_as_it_is(door: Door) -> None:
    operation = of(door)
    given = {(each["in"], each["name"]): each for each in operation.get("parameters", ())}
    headers = {
        "If-Match": door.takes_version,
        "Idempotency-Key": door.takes_request_id or door.makes,
    }
    assert given.keys() == {
        *(("path", name) for name in door.in_path),
        *(("query", info.name) for info in door.query),
        *(("header", name) for name, taken in headers.items() if taken),
    }
    for (_, name), parameter in given.items():
        optional = {info.name for info in door.query if not info.required}
        optional |= {"Idempotency-Key"} if door.makes else set()
        assert parameter["required"] == (name not in optional)
    assert ("requestBody" in operation) == door.has_body
    assert ("412" in operation["responses"]) == door.takes_version
    nothing = door.call.reply is type(None)
    assert ("204" if nothing else str(door.status)) in operation["responses"]


@by_door
def test_a_door_takes_the_examples_of_its_parameters(door: Door) -> None:
    types = {info.name: info.type for info in msgspec.structs.fields(door.call.request)}
    for parameter in of(door).get("parameters", ()):
        if parameter["in"] != "header":
            example = parameter["example"]
            text = json.dumps(example) if isinstance(example, bool) else str(example)
            msgspec.convert(text, types[parameter["name"]], strict=False)


@by_door
def test_a_door_takes_and_gives_the_examples_of_its_bodies(door: Door) -> None:
    operation = of(door)
    if door.has_body:
        example = operation["requestBody"]["content"]["application/json"]["example"]
        msgspec.convert(example, door.body)
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(example | {"misspelt": 1}, door.body)
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert wrong(schema, example | {"misspelt": 1}) != []
    success = operation["responses"].get(str(door.status), {})
    if "content" in success:
        example = success["content"]["application/json"]["example"]
        msgspec.convert(example, door.call.reply)
        versioned = isinstance(example, dict) and "version" in example
        assert ("headers" in success) == versioned


@by_door
def test_the_right_of_a_door_is_in_the_table(door: Door) -> None:
    assert door.call.right in rights.TABLE
    assert door.call.right not in (rights.PUBLIC, rights.SERVICES_ONLY)


@by_door
def test_a_change_by_cookie_needs_the_csrf_token(door: Door) -> None:
    with_cookie: JSON = {"session": []} if door.method == "GET" else {"session": [], "csrf": []}
    assert of(door)["security"] == [with_cookie, {"token": []}]


def test_what_can_be_left_out_is_not_null() -> None:
    """A query has no null: `archived=null` would be refused."""
    for operation in OPERATIONS.values():
        for parameter in operation.get("parameters", ()):
            assert '"null"' not in json.dumps(parameter["schema"])


def test_defaults_of_a_query_are_told() -> None:
    parameters = OPERATIONS[f"GET {API}/conversations"]["parameters"]
    schemas = {each["name"]: each["schema"] for each in parameters}
    assert schemas["limit"]["default"] == 50
    assert schemas["archived"]["default"] is False
    assert "default" not in schemas["unread"]


def test_sign_in_needs_nothing_and_tells_no_token() -> None:
    operation = OPERATIONS[f"POST {API}/session"]
    assert operation["security"] == []
    content = operation["responses"]["201"]["content"]["application/json"]
    assert "csrf" in content["example"]
    assert "token" not in content["example"]
    schema = DOCUMENT["components"]["schemas"]["OpenedSession"]
    assert set(schema["properties"]) == {"csrf", "expires_at", "user", "organisation"}


def test_two_types_of_one_name_are_both_there() -> None:
    """A problem of a draft and a problem of a request."""
    preview = OPERATIONS[f"POST {API}/messages/preview"]["responses"]["200"]
    content = preview["content"]["application/json"]
    msgspec.convert(content["example"], list[PreviewedMessage])
    problem = {"field": "variables.guide", "reason": "Nothing fills this variable"}
    [message] = content["example"]
    assert wrong(content["schema"], [message | {"problems": [problem]}]) == []
    assert wrong(content["schema"], [message | {"problems": [{"title": "Invalid"}]}]) != []


def test_ids_are_uuids() -> None:
    for operation in OPERATIONS.values():
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path" and parameter["name"].endswith("id"):
                assert parameter["schema"] == {"type": "string", "format": "uuid"}
                UUID(parameter["example"])
