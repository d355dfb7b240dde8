"""Doors: where each argument comes from, and that what is wrong is refused by its name."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.door import _NUL, Door
from api_gateway.doors import DOORS
from api_gateway.testing import OURS, Services, Visitor, field_errors, problem
from contracts.contacts import ContactKind
from contracts.samples import sample
from fairlead.context import Role

API = "/api/v1"
ID = "00000000-0000-0000-0000-00000000002a"

by_door = pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")


def knock(visitor: Visitor, door: Door, **changes: Any) -> Any:
    """Ask `door` with its contract's example."""
    example = msgspec.to_builtins(sample(door.call.request))
    path = API + door.path.format(**example)
    headers = {"If-Match": '"v3"'} if door.takes_version else {}
    if door.takes_request_id:
        headers["Idempotency-Key"] = "the-only-request"
    if door.has_body:
        changes.setdefault("json", msgspec.to_builtins(sample(door.body)))
    else:
        query = {info.name: example[info.name] for info in door.query if info.required}
        changes.setdefault("query_string", query)
    return visitor.ask(door.method, path, **{"headers": headers, **changes})


@by_door
def test_a_door_hands_its_example_to_its_method(
    door: Door, owner: Visitor, services: Services
) -> None:
    response = knock(owner, door)
    assert response.status_code < 300, response.get_data(as_text=True)
    [asked] = services.calls_to(f"{door.call.service}.{door.name}")
    example = msgspec.to_builtins(sample(door.call.request))
    told = msgspec.to_builtins(asked.arguments)
    for name in door.in_path:
        assert told[name] == example[name]
    if door.takes_version:
        assert told["version"] == 3
    for name in door.hidden:
        default = {info.name: info.default for info in msgspec.structs.fields(door.call.request)}
        assert told[name] == default[name]
    if door.has_body:
        body = msgspec.to_builtins(sample(door.body))
        assert {name: told[name] for name in body} == body
    assert asked.context.organisation == OURS
    assert asked.context.role is Role.OWNER
    assert asked.context.user is not None


@by_door
def test_a_door_answers_as_its_contract_says(door: Door, owner: Visitor) -> None:
    response = knock(owner, door)
    if door.call.reply is type(None):
        assert (response.status_code, response.get_data()) == (204, b"")
        return
    assert response.status_code == door.status
    assert response.content_type == "application/json"
    result = msgspec.json.decode(response.get_data(), type=door.call.reply)
    version = getattr(result, "version", None)
    assert response.headers.get("ETag") == (None if version is None else f'"v{version}"')


@by_door
def test_the_rights_table_holds_at_every_door(door: Door, app: Any, services: Services) -> None:
    for role in (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER):
        services.asked.clear()
        visitor = Visitor(app.test_client(), token=f"token-of-{role.value}")
        response = knock(visitor, door)
        if role in door.call.right.roles:
            assert response.status_code < 300, role
        else:
            assert response.status_code == 403, role
            assert problem(response)["code"] == "rights.forbidden", role
            assert services.methods() == [], role


@by_door
def test_nobody_passes_a_door_unsigned(door: Door, anybody: Visitor, services: Services) -> None:
    response = knock(anybody, door)
    assert response.status_code == 401
    assert problem(response)["code"] == "rights.not_signed_in"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert services.asked == []


@by_door
def test_a_door_refuses_what_it_does_not_know(
    door: Door, owner: Visitor, services: Services
) -> None:
    if door.has_body:
        body = msgspec.to_builtins(sample(door.body)) | {"misspelt": 1}
        response = knock(owner, door, json=body)
        fields = field_errors(response)
    else:
        response = knock(owner, door, query_string={"misspelt": "1"})
        fields = field_errors(response)
    assert response.status_code == 422
    assert list(fields) == ["misspelt"]
    assert services.methods() == []


@by_door
def test_a_door_names_what_is_missing(door: Door, owner: Visitor, services: Services) -> None:
    if door.has_body:
        required = [f.name for f in msgspec.structs.fields(door.body) if f.required]
        body = msgspec.to_builtins(sample(door.body))
        for name in required:
            response = knock(owner, door, json={k: v for k, v in body.items() if k != name})
            assert (response.status_code, list(field_errors(response))) == (422, [name])
    else:
        required = [info.name for info in door.query if info.required]
        if required:
            response = knock(owner, door, query_string={})
            assert (response.status_code, list(field_errors(response))) == (422, required[:1])
    if required:
        assert services.methods() == []


@by_door
def test_a_door_names_an_id_that_is_none(door: Door, owner: Visitor, services: Services) -> None:
    example = msgspec.to_builtins(sample(door.call.request))
    for name in door.in_path:
        if name == "reference":
            continue
        path = API + door.path.format(**(example | {name: "42"}))
        body = msgspec.to_builtins(sample(door.body)) if door.has_body else None
        response = owner.ask(door.method, path, json=body, headers={"If-Match": '"v3"'})
        assert response.status_code == 422
        assert list(field_errors(response)) == [name]
    assert services.methods() == []


@by_door
def test_a_change_without_its_version_is_not_made(
    door: Door, owner: Visitor, services: Services
) -> None:
    if not door.takes_version:
        return
    response = knock(owner, door, headers={})
    assert response.status_code == 428  # RFC 6585, section 3
    assert list(field_errors(response)) == ["If-Match"]
    for wrong in ("3", '"v"', '"v-1"', "*", '"vx"', '"v1", "v2"', '"v' + "9" * 30 + '"'):
        response = knock(owner, door, headers={"If-Match": wrong})
        assert (response.status_code, list(field_errors(response))) == (422, ["If-Match"])
    assert services.methods() == []


@pytest.mark.parametrize("tag", ['"v12"', 'W/"v12"', '"12"', ' "v12" '])
def test_an_etag_is_taken_as_proxies_hand_it_on(
    tag: str, owner: Visitor, services: Services
) -> None:
    response = owner.ask("DELETE", f"{API}/services/{ID}", headers={"If-Match": tag})
    assert response.status_code == 204
    [asked] = services.calls_to("itineraries.remove_service")
    assert asked.arguments == {"id": UUID(ID), "version": 12}


def test_arguments_of_a_query(owner: Visitor, services: Services) -> None:
    query = {"kind": "supplier", "q": "rui & filhos", "limit": "7"}
    assert owner.ask("GET", f"{API}/contacts", query_string=query).status_code == 200
    [asked] = services.calls_to("contacts.list_contacts")
    given = {"kind": ContactKind.SUPPLIER, "q": "rui & filhos", "limit": 7}
    assert {name: asked.arguments[name] for name in given} == given
    assert asked.arguments["cursor"] is None


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/contacts", "kind", "wizard"),
        ("/contacts", "limit", "0"),
        ("/contacts", "limit", "201"),
        ("/contacts", "limit", "ten"),
        ("/contacts", "limit", "1e400"),
        ("/contacts", "q", "x" * 501),
        ("/contacts", "q", "a\0b"),
        ("/conversations", "unread", "maybe"),
        ("/conversations", "unread", "null"),
        ("/conversations", "archived", "null"),
        ("/conversations", "connection_id", "null"),
        ("/conversations", "channel", "smoke"),
        ("/concierge", "start", "2026-02-30"),
        ("/concierge", "start", "yesterday"),
        ("/itineraries/by-reference/TRP%00", "reference", ""),
    ],
)
def test_a_mistyped_query_is_named(
    path: str, name: str, value: str, owner: Visitor, services: Services
) -> None:
    query = {"start": "2026-02-01", "end": "2026-02-02"} if path == "/concierge" else {}
    query |= {name: value} if value else {}
    response = owner.ask("GET", API + path, query_string=query)
    assert response.status_code == 422
    assert list(field_errors(response)) == [name]
    assert services.methods() == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"name": 7}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"kind": "wizard"}, "kind"),
        ({"identities": "none"}, "identities"),
        ({"identities": [{"scheme": "email"}]}, "identities[0].value"),
        ({"identities": [{"scheme": "pigeon", "value": "x"}]}, "identities[0].scheme"),
        ({"identities": [{"scheme": "email", "value": "a@b.test"}] * 51}, "identities"),
        ({"language": "english"}, "language"),
        ({"notes": "x" * 100_001}, "notes"),
        ({"id": ID}, "id"),
    ],
)
def test_a_mistyped_field_is_named(
    change: dict[str, Any], name: str, owner: Visitor, services: Services
) -> None:
    body = {"name": "Rui", "kind": "supplier"} | change
    response = owner.ask("POST", f"{API}/contacts", json=body)
    assert response.status_code == 422
    assert list(field_errors(response)) == [name]
    assert services.methods() == []


MALFORMED = {
    "nothing": b"",
    "no JSON": b"name=Rui",
    "half": b'{"name": "Rui"',
    "two": b'{"name": "Rui", "kind": "supplier"}{}',
    "not UTF-8": b'{"name": "\xff\xfe", "kind": "supplier"}',
    "half a surrogate": b'{"name": "\\ud800", "kind": "supplier"}',
    "NUL": b'{"name": "R\\u0000i", "kind": "supplier"}',
    "not a number": b'{"name": NaN, "kind": "supplier"}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_json_is_malformed(body: bytes, owner: Visitor, services: Services) -> None:
    response = owner.ask("POST", f"{API}/contacts", data=body, content_type="application/json")
    assert response.status_code == 400
    assert problem(response)["code"] == "contacts.malformed"
    assert services.methods() == []


def test_a_body_that_is_nested_without_end_is_malformed(owner: Visitor) -> None:
    depth = 200_000
    inner = b"[" * depth + b"]" * depth
    body = b'{"settings": {"zone": "UTC", "unknown": ' + inner + b"}}"
    response = owner.ask(
        "PUT",
        f"{API}/settings",
        data=body,
        content_type="application/json",
        headers={"If-Match": '"v1"'},
    )
    assert response.status_code == 400


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"7", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(body: bytes, owner: Visitor) -> None:
    response = owner.ask("POST", f"{API}/contacts", data=body, content_type="application/json")
    assert response.status_code == 422
    assert list(field_errors(response)) == ["body"]


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "xml"]
)
def test_another_content_type_is_refused(kind: str, owner: Visitor, services: Services) -> None:
    body = json.dumps({"name": "Rui", "kind": "supplier"}).encode()
    response = owner.ask("POST", f"{API}/contacts", data=body, content_type=kind)
    assert response.status_code == 415
    assert "application/json" in problem(response)["detail"]
    assert services.methods() == []


def test_an_oversized_body_is_refused(owner: Visitor, services: Services) -> None:
    body = json.dumps({"name": "Rui", "kind": "supplier", "notes": "x" * (1024 * 1024)}).encode()
    response = owner.ask("POST", f"{API}/contacts", data=body, content_type="application/json")
    assert response.status_code == 413
    assert problem(response)["code"] == "http.request_entity_too_large"
    assert services.methods() == []


def test_the_idempotency_key_names_what_is_sent(owner: Visitor, services: Services) -> None:
    draft = {"text": "Hello"}
    for wrong in ("", "short", "x" * 101, "tab\there", "ümlautümlaut"):
        response = owner.ask(
            "POST", f"{API}/messages", json=draft, headers={"Idempotency-Key": wrong}
        )
        assert (response.status_code, list(field_errors(response))) == (422, ["Idempotency-Key"])
    assert services.methods() == []
    key = str(uuid4())
    response = owner.ask("POST", f"{API}/messages", json=draft, headers={"Idempotency-Key": key})
    assert response.status_code == 201
    [asked] = services.calls_to("inbox.send")
    assert asked.arguments["request_id"] == key


@given(st.lists(st.sampled_from(["\0", "\\", "u0000", "0", '"', "a"]), max_size=12).map("".join))
def test_a_nul_is_found_in_json_and_nothing_else_is_taken_for_one(text: str) -> None:
    assert bool(_NUL.search(json.dumps(text).encode())) == ("\0" in text)
