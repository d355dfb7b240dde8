"""Idempotency keys of what is made: the same again is the same thing, and nothing else is."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import msgspec
import pytest
from flask import Flask

from api_gateway import making
from api_gateway.door import Door
from api_gateway.doors import DOORS
from api_gateway.making import Making
from api_gateway.testing import OURS, THEIRS, Services, Visitor, field_errors, problem
from contracts.samples import sample
from contracts.sms_gateway import SmsConnectionDetails
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Failure, Forbidden, Internal, Invalid, Unavailable
from fairlead.store import EVERYWHERE, Database

API = "/api/v1"
KEY = "one-thing-to-make"
MAKING = [door for door in DOORS if door.makes]

by_door = pytest.mark.parametrize("door", MAKING, ids=lambda door: f"{door.method} {door.path}")


def make(visitor: Visitor, door: Door, key: str | None, **changes: Any) -> Any:
    path = API + door.path.format(**msgspec.to_builtins(sample(door.call.request)))
    body = msgspec.to_builtins(sample(door.body)) | changes if door.has_body else None
    headers = {} if key is None else {"Idempotency-Key": key}
    return visitor.ask(door.method, path, json=body, headers=headers)


def contact(visitor: Visitor, key: str | None = KEY, name: str = "Rui") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"name": name, "kind": "supplier"}
    return visitor.ask("POST", f"{API}/contacts", json=body, headers=headers)


def ids(services: Services, method: str = "contacts.create_contact") -> list[UUID | None]:
    return [asked.arguments["id"] for asked in services.calls_to(method)]


def test_what_forms_make_takes_a_key() -> None:
    taking = {door.path for door in MAKING}
    assert taking >= {
        "/itineraries",
        "/contacts",
        "/contacts/{contact_id}/notes",
        "/conversations/{conversation_id}/comments",
        "/itineraries/{itinerary_id}/proposals",
        "/itineraries/{itinerary_id}/documents",
        "/listings",
        "/portals",
        "/feeds",
        "/templates",
        "/webhooks",
    }


@by_door
def test_the_same_key_names_the_same_thing(door: Door, owner: Visitor, services: Services) -> None:
    for key in (KEY, KEY, "another-thing", None):
        response = make(owner, door, key)
        assert response.status_code == door.status, response.get_data(as_text=True)
    first, again, other, without = ids(services, f"{door.call.service}.{door.name}")
    assert first == again
    assert first is not None
    assert other not in (None, first)
    assert without is None


def test_a_connection_is_made_once(owner: Visitor, services: Services) -> None:
    details = msgspec.to_builtins(sample(SmsConnectionDetails))
    for key in (KEY, KEY, "another-thing"):
        response = owner.ask(
            "POST",
            f"{API}/connections",
            json={"channel": "sms", "details": details},
            headers={"Idempotency-Key": key},
        )
        assert response.status_code == 201, response.get_data(as_text=True)
    first, again, other = ids(services, "sms_gateway.create_sms_connection")
    assert first == again != other


def test_other_words_under_the_same_key_are_refused(owner: Visitor, services: Services) -> None:
    assert contact(owner).status_code == 201
    for response in (contact(owner, name="Ana"), make(owner, _door("/itineraries"), KEY)):
        assert response.status_code == 409
        assert problem(response)["code"] == "gateway.key_reused"
    assert len(services.methods()) == 1
    assert contact(owner).status_code == 201


def _door(path: str) -> Door:
    return next(door for door in MAKING if door.path == path)


def test_a_key_is_its_users_alone(app: Flask, services: Services) -> None:
    services.employ("token-of-them", Role.OWNER, of=THEIRS)
    for token in ("token-of-owner", "token-of-admin", "token-of-them"):
        visitor = Visitor(app.test_client(), token=token)
        assert contact(visitor, name=token).status_code == 201
    assert len(set(ids(services))) == 3


def test_who_may_not_make_it_uses_up_no_key(app: Flask, services: Services) -> None:
    door = _door("/webhooks")
    assert Role.USER not in door.call.right.roles
    user = Visitor(app.test_client(), token="token-of-user")
    assert make(user, door, KEY).status_code == 403
    assert contact(user).status_code == 201


@pytest.mark.parametrize("wrong", ["", "short", "x" * 101, "tab\there", "ümlautümlaut"])
def test_a_key_that_is_none_is_named(wrong: str, owner: Visitor, services: Services) -> None:
    response = contact(owner, wrong)
    assert (response.status_code, list(field_errors(response))) == (422, ["Idempotency-Key"])
    assert services.methods() == []


def test_what_was_refused_can_be_mended(owner: Visitor, services: Services) -> None:
    services.answers["contacts.create_contact"] = Invalid.field("contacts.invalid", "name", "is no")
    assert contact(owner).status_code == 422
    del services.answers["contacts.create_contact"]
    assert contact(owner, name="Ana").status_code == 201


def test_what_may_have_been_made_is_not_made_otherwise(owner: Visitor, services: Services) -> None:
    services.answers["contacts.create_contact"] = Unavailable("bus.timeout", "No answer")
    assert contact(owner).status_code == 503
    del services.answers["contacts.create_contact"]
    assert contact(owner, name="Ana").status_code == 409
    assert contact(owner).status_code == 201
    first, again = ids(services)
    assert first == again


def somebody(organisation: UUID = OURS, user: int = 1) -> Context:
    return Context(role=Role.USER, organisation=organisation, user=UUID(int=user))


def made(keys: Making, key: str | None, asked: object = "this", who: Context | None = None) -> Any:
    with acting(who or somebody()), keys.once(key, asked) as id:
        return id


def refused(keys: Making, error: Failure) -> None:
    with pytest.raises(type(error)), acting(somebody()), keys.once(KEY, "this"):
        raise error


def test_keys_on_both_databases(live_log: Database) -> None:
    keys = Making(live_log)
    assert made(keys, None) is None
    first = made(keys, KEY)
    assert made(keys, KEY) == first
    with pytest.raises(Conflict) as caught:
        made(keys, KEY, "that")
    assert caught.value.code == "gateway.key_reused"
    assert made(keys, KEY, "that", somebody(user=2)) != first
    assert made(keys, KEY, "that", somebody(THEIRS)) != first
    refused(keys, Unavailable("bus.away", "Away"))
    refused(keys, Internal("contacts.broken", "Broke"))
    assert made(keys, KEY) == first
    refused(keys, Forbidden("rights.forbidden", "No"))
    assert made(keys, KEY) != first


def test_keys_of_long_ago_are_forgotten(live_log: Database) -> None:
    keys = Making(live_log)
    first, now = made(keys, KEY), dt.datetime.now(dt.UTC)
    for before, kept in ((now - dt.timedelta(hours=1), True), (now + dt.timedelta(hours=1), False)):
        with live_log.transaction(EVERYWHERE) as session:
            making.forget(session, before)
        assert (made(keys, KEY) == first) is kept


def test_neither_key_nor_words_can_be_read_from_what_is_kept(live_log: Database) -> None:
    made(Making(live_log), KEY, "Marta Nunes")
    with live_log.reading(EVERYWHERE) as session:
        [row] = session.query(making.MadeRow).all()
    kept = repr([row.key, row.digest])
    assert KEY not in kept
    assert "Marta" not in kept


@pytest.mark.parametrize("token", ["token-of-user", None])
def test_who_may_not_connect_anything_uses_up_no_key(
    token: str | None, app: Flask, services: Services
) -> None:
    visitor = Visitor(app.test_client(), token=token)
    details = msgspec.to_builtins(sample(SmsConnectionDetails))
    response = visitor.ask(
        "POST",
        f"{API}/connections",
        json={"channel": "sms", "details": details},
        headers={"Idempotency-Key": KEY},
    )
    code = "rights.not_signed_in" if token is None else "rights.forbidden"
    assert problem(response)["code"] == code
    assert services.methods() == []
