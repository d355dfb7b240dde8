"""The AsyncAPI documents: well made, complete, and true of the bus."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import jsonschema
import jsonschema_rs
import msgspec
import pytest

from contracts import documents
from contracts.samples import sample
from contracts.services import SERVICES, Service
from fairlead.bus import broker, rabbitmq, wire
from fairlead.context import Context, Role
from fairlead.contract import calls, topic
from fairlead.errors import NotFound

asyncapi = functools.cache(documents.asyncapi)  # each is asked for by hundreds of messages
by_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: str(service.name))

JSON = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"  # AsyncAPI 3.0.0, Schema Object
REFERENCE = {
    "type": "object",
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "additionalProperties": False,
}
REFERENCES = {"type": "array", "minItems": 1, "items": REFERENCE}
AMQP = {
    "type": "object",
    "required": ["amqp"],
    "properties": {
        "amqp": {
            "type": "object",
            "required": ["bindingVersion"],
            "properties": {
                "is": {"enum": ["queue", "routingKey"]},
                "bindingVersion": {"const": "0.3.0"},
                "deliveryMode": {"enum": [1, 2]},
                "expiration": {"type": "integer", "minimum": 1},
                "ack": {"type": "boolean"},
            },
            "allOf": [
                {
                    "if": {"required": ["is"], "properties": {"is": {"const": "queue"}}},
                    "then": {"required": ["queue"]},
                },
                {
                    "if": {"required": ["is"], "properties": {"is": {"const": "routingKey"}}},
                    "then": {"required": ["exchange"]},
                },
            ],
        }
    },
}


def closed(required: JSON, **optional: Any) -> JSON:
    """The schema of an object with these properties and no others but extensions (`x-`)."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | optional,
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
CHANNEL = closed(
    {"address": {"type": ["string", "null"]}, "messages": {"additionalProperties": REFERENCE}},
    description=TEXT,
    bindings=AMQP,
)
OPERATION = closed(
    {"action": {"enum": ["send", "receive"]}, "channel": REFERENCE, "messages": REFERENCES},
    title=TEXT,
    summary=TEXT,
    description=TEXT,
    bindings=AMQP,
    reply=closed(
        {
            "address": closed({"location": {"pattern": r"^\$message\.(header|payload)#/"}}),
            "channel": REFERENCE,
            "messages": REFERENCES,
        }
    ),
)
MESSAGE = closed(
    {
        "name": TEXT,
        "title": TEXT,
        "summary": TEXT,
        "contentType": {"const": "application/json"},
        "payload": {"type": "object"},
    },
    description=TEXT,
    correlationId=closed({"location": TEXT}),
)
# The part of the AsyncAPI 3.0.0 specification that these documents use.
DOCUMENT = closed(
    {
        "asyncapi": {"const": "3.0.0"},
        "info": closed({"title": TEXT, "version": TEXT, "description": TEXT}),
        "defaultContentType": {"const": "application/json"},
        "channels": {"type": "object", "minProperties": 1, "additionalProperties": CHANNEL},
        "operations": {"type": "object", "minProperties": 1, "additionalProperties": OPERATION},
        "components": closed(
            {
                "messages": {"additionalProperties": MESSAGE},
                "schemas": {"additionalProperties": {"type": "object"}},
            }
        ),
    }
)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def resolve(document: JSON, reference: str) -> Any:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def payload(service: Service, message: str) -> jsonschema.protocols.Validator:
    """A validator of what travels as `message` in the document of `service`."""
    document = asyncapi(service)
    schema = document["components"]["messages"][message]["payload"]
    return jsonschema.Draft7Validator(schema | {"components": document["components"]})


@by_service
def test_the_document_is_well_made(service: Service) -> None:
    document = json.loads(json.dumps(asyncapi(service)))
    errors = jsonschema.Draft202012Validator(DOCUMENT).iter_errors(document)
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []
    for name, message in document["components"]["messages"].items():
        assert message["title"] in name
        jsonschema_rs.meta.validate({"$schema": DIALECT} | message["payload"])


@by_service
def test_every_reference_leads_somewhere(service: Service) -> None:
    document = asyncapi(service)
    for reference in references(document):
        assert isinstance(resolve(document, reference), dict)


@by_service
def test_an_operation_uses_messages_of_its_own_channel(service: Service) -> None:
    """AsyncAPI 3.0.0, Operation Object: its messages are a subset of the channel's."""
    for operation in asyncapi(service)["operations"].values():
        for side in filter(None, (operation, operation.get("reply"))):
            channel = side["channel"]["$ref"]
            assert all(each["$ref"].startswith(f"{channel}/messages/") for each in side["messages"])


@by_service
def test_nothing_in_the_document_is_without_use(service: Service) -> None:
    document = asyncapi(service)
    used = set(references(document))
    for kind in ("messages", "schemas"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in used
    channels = {f"#/channels/{name}" for name in document["channels"]}
    assert channels <= used


@by_service
def test_every_door_of_the_service_has_its_operation(service: Service) -> None:
    operations = asyncapi(service)["operations"]
    methods = set(calls(service.interface)) if service.interface else set()
    assert {name for name, each in operations.items() if "reply" in each} == methods
    assert {name for name, each in operations.items() if each["action"] == "send"} == {
        f"send.{topic(event)}" for event in service.says
    }
    assert {name for name in operations if name.startswith("receive.")} == {
        f"receive.{topic(event)}" for event in service.hears
    }


@by_service
def test_queues_have_the_names_that_the_bus_gives_them(service: Service) -> None:
    channels = asyncapi(service)["channels"]
    if service.interface:
        assert channels["requests"]["address"] == broker.request_queue(service.name)
    if service.hears:
        assert channels["events"]["address"] == broker.event_queue(service.name)
        assert channels["events"]["x-dead-letter-queue"] == broker.dead_queue(service.name)
    for channel in channels.values():
        amqp = channel.get("bindings", {}).get("amqp", {})
        if "queue" in amqp:
            assert amqp["queue"]["name"] == channel["address"]


def test_the_names_of_queues_and_exchange_stay() -> None:
    """A queue under another name leaves the old one behind, and it keeps filling."""
    assert documents.EXCHANGE == rabbitmq.EXCHANGE == "fairlead.events"
    assert broker.request_queue("inbox") == "fairlead.rpc.inbox"
    assert broker.event_queue("inbox") == "fairlead.events.inbox"
    assert broker.dead_queue("inbox") == "fairlead.events.inbox.dead"


def test_the_topics_of_events_stay() -> None:
    topics = {topic(event) for service in SERVICES for event in service.says}
    assert topics == {
        "comment.changed.v1",
        "connection.changed.v1",
        "audit.recorded.v1",
        "consent.withdrawn.v1",
        "contact.changed.v1",
        "contact.erased.v1",
        "contact.merged.v1",
        "contact.unmerged.v1",
        "conversation.changed.v1",
        "delivery.updated.v1",
        "document.changed.v1",
        "draft.changed.v1",
        "file.checked.v1",
        "files.attached.v1",
        "itinerary.changed.v1",
        "group.changed.v1",
        "group.ordered.v1.whatsapp",
        "job.changed.v1",
        "listing.changed.v1",
        "label.changed.v1",
        "message.queued.v1.email",
        "message.queued.v1.sms",
        "message.queued.v1.whatsapp",
        "message.amended.v1",
        "amendment.queued.v1.whatsapp",
        "addresses.joined.v1",
        "chat.attended.v1.whatsapp",
        "chat.followed.v1",
        "chat_group.changed.v1",
        "typing.changed.v1",
        "message.received.v1",
        "note.changed.v1",
        "notice.queued.v1",
        "notification.raised.v1",
        "notifications.changed.v1",
        "organisation.changed.v1",
        "sessions.ended.v1",
        "presence.changed.v1",
        "read_mark.changed.v1",
        "overbooking.found.v1",
        "overbooking.resolved.v1",
        "payment.recorded.v1",
        "portal.changed.v1",
        "schedule.changed.v1",
        "proposal.changed.v1",
        "review.changed.v1",
        "review.received.v1",
        "user.changed.v1",
    }


@by_service
def test_events_travel_as_the_document_says(service: Service) -> None:
    for event in (*service.says, *service.hears):
        envelope = wire.envelope(
            sample(event),
            id=UUID(int=1),
            context=Context(role=Role.SERVICE, request="a-request"),
            organisation=UUID(int=2),
        )
        sent = msgspec.json.decode(wire.encode(envelope))
        validator = payload(service, topic(event))
        assert list(validator.iter_errors(sent)) == []
        for left_out in sent:
            assert not validator.is_valid({k: v for k, v in sent.items() if k != left_out})
        assert set(sent) == set(wire.Envelope.__struct_fields__)
        assert dt.datetime.fromisoformat(sent["time"])


@by_service
def test_calls_travel_as_the_document_says(service: Service) -> None:
    for call in (calls(service.interface) if service.interface else {}).values():
        asked = wire.Request(
            method=call.method,
            context=Context(role=Role.OWNER, organisation=UUID(int=2), user=UUID(int=3)),
            arguments=msgspec.Raw(wire.encode(sample(call.request))),
        )
        sent = msgspec.json.decode(wire.encode(asked))
        validator = payload(service, f"{call.method}.request")
        assert list(validator.iter_errors(sent)) == []
        assert not validator.is_valid(sent | {"method": "another"})

        result = wire.Reply(result=msgspec.Raw(wire.encode(sample(call.reply, call.method))))
        fault = wire.Reply(fault=NotFound("contacts.not_found", "There is none").fault())
        validator = payload(service, f"{call.method}.reply")
        for reply in (result, fault):
            assert list(validator.iter_errors(msgspec.json.decode(wire.encode(reply)))) == []
        assert not validator.is_valid({"fault": {"code": "contacts.not_found"}})


def test_the_check_of_documents_finds_what_is_wrong() -> None:
    document = asyncapi(SERVICES[0])
    validator = jsonschema.Draft202012Validator(DOCUMENT)
    assert validator.is_valid(json.loads(json.dumps(document)))
    operation = document["operations"]["sign_in"]
    wrongs: list[JSON] = [
        {"action": "recieve"},
        {"messages": []},
        {"channel": "requests"},
        {"tag": 1},
    ]
    for wrong in wrongs:
        operations = document["operations"] | {"sign_in": operation | wrong}
        assert not validator.is_valid(document | {"operations": operations})
