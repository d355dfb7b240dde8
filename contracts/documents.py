"""The contracts as documents: JSON Schema for each message, AsyncAPI 3.0 for each service.

The schemas are those of what is said (JSON Schema 2020-12). The AsyncAPI documents show it as it
travels, in the envelopes of `fairlead.bus.wire` and through the exchange and queues of
`fairlead.bus`; both are spelt out here, because contracts know no bus, and pinned by tests.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from fairlead.context import Context
from fairlead.contract import Call, Event, calls, topic
from fairlead.errors import Fault

from .samples import sample
from .services import SERVICES, Service

JSON = dict[str, Any]

EXCHANGE = "fairlead.events"
REQUESTS = "fairlead.rpc.{}"
EVENTS = "fairlead.events.{}"
DEAD = "fairlead.events.{}.dead"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BINDING = {"bindingVersion": "0.3.0"}
_TRANSIENT, _PERSISTENT = 1, 2


@dataclass(frozen=True)
class Spoken:
    """A message by its name: an event's topic, or `service.method.request` and `.reply`."""

    name: str
    kind: Any
    example: Any

    def schema(self) -> JSON:
        """What it looks like (JSON Schema 2020-12)."""
        return {"$schema": _DIALECT, "title": self.name} | msgspec.json.schema(self.kind)


def messages(service: Service) -> Iterator[Spoken]:
    """What is said at the doors of `service` and by it."""
    for call in _calls(service):
        yield Spoken(f"{service.name}.{call.method}.request", _request(call), sample(call.request))
        yield Spoken(
            f"{service.name}.{call.method}.reply", call.reply, sample(call.reply, call.method)
        )
    for event in service.says:
        yield Spoken(topic(event), event, sample(event))


@functools.cache
def all_messages() -> Mapping[str, Spoken]:
    """Every message by its name; one that several services say stands there once."""
    return {each.name: each for service in SERVICES for each in messages(service)}


def asyncapi(service: Service) -> JSON:
    """The AsyncAPI 3.0 document of `service`: what it is asked, says and hears."""
    return _Document(service).build()


def _calls(service: Service) -> list[Call]:
    return list(calls(service.interface).values()) if service.interface else []


def _request(call: Call) -> Any:
    """The arguments under a name of their own: `preview` is asked about and answers Previews."""
    name = f"{call.request.__name__}Request"
    return msgspec.defstruct(name, [], bases=(call.request,), namespace={"__doc__": call.doc})


class _Document:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._calls = _calls(service)
        events = (*service.says, *service.hears)
        kinds: list[Any] = [*events]
        for call in self._calls:
            kinds += [_request(call), call.reply]
        if self._calls:
            kinds += [Context, Fault]
        schemas, self._components = msgspec.json.schema_components(
            kinds, ref_template="#/components/schemas/{name}"
        )
        of_kind = iter(schemas)
        self._events = {event: next(of_kind) for event in events}
        self._spoken = {call.method: (next(of_kind), next(of_kind)) for call in self._calls}
        self._context, self._fault = next(of_kind, {}), next(of_kind, {})

    def build(self) -> JSON:
        service = self._service
        about = inspect.getdoc(service.interface) if service.interface else None
        operations: JSON = {call.method: self._answer(call) for call in self._calls}
        operations |= {f"send.{topic(event)}": _send(event) for event in service.says}
        operations |= {f"receive.{topic(event)}": _receive(event) for event in service.hears}
        return {
            "asyncapi": "3.0.0",
            "info": {
                "title": service.title,
                "version": "1.0.0",
                "description": about or "It asks others, and hears what changes.",
            },
            "defaultContentType": "application/json",
            "channels": dict(self._channels()),
            "operations": operations,
            "components": {"messages": dict(self._messages()), "schemas": self._components},
        }

    def _channels(self) -> Iterator[tuple[str, JSON]]:
        service = self._service
        if self._calls:
            names = [call.method for call in self._calls]
            queue = REQUESTS.format(service.name)
            yield (
                "requests",
                {
                    "address": queue,
                    "messages": _named(f"{name}.request" for name in names),
                    "bindings": {"amqp": {"is": "queue", "queue": _queue(queue), **_BINDING}},
                },
            )
            yield (
                "replies",
                {
                    "address": None,
                    "description": "Where the request says, its correlation id with it.",
                    "messages": _named(f"{name}.reply" for name in names),
                },
            )
        for event in service.says:
            yield topic(event), _topic_channel(event)
        if service.hears:
            yield "events", _event_queue(service)

    def _messages(self) -> Iterator[tuple[str, JSON]]:
        for call in self._calls:
            arguments, result = self._spoken[call.method]
            asked = {"method": {"const": call.method}, "context": self._context}
            request = _object(asked | {"arguments": arguments})
            yield f"{call.method}.request", _message(call.method, "What is asked", request)
            fault = {"anyOf": [self._fault, {"type": "null"}]}
            reply = {"type": "object", "properties": {"result": result, "fault": fault}}
            yield f"{call.method}.reply", _message(call.method, "The result, or a fault", reply)
        for event, schema in self._events.items():
            about = inspect.getdoc(event) or ""
            message = _message(topic(event), _first_line(about), _envelope(event, schema))
            del message["correlationId"]  # an event answers nothing
            yield topic(event), message | {"description": about}

    def _answer(self, call: Call) -> JSON:
        return {
            "action": "receive",
            "title": call.method,
            "summary": _first_line(call.doc),
            "description": call.doc,
            "channel": {"$ref": "#/channels/requests"},
            "messages": [{"$ref": f"#/channels/requests/messages/{call.method}.request"}],
            "reply": {
                "address": {"location": "$message.header#/reply_to"},
                "channel": {"$ref": "#/channels/replies"},
                "messages": [{"$ref": f"#/channels/replies/messages/{call.method}.reply"}],
            },
            "bindings": {
                "amqp": {
                    "expiration": round(call.deadline * 1000),
                    "deliveryMode": _TRANSIENT,
                    "ack": True,
                    **_BINDING,
                }
            },
            "x-right": call.right.name,
            "x-mutates": call.mutates,
        }


def _send(event: type[Event]) -> JSON:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic(event)}"},
        "messages": [{"$ref": f"#/channels/{topic(event)}/messages/{topic(event)}"}],
        "bindings": {"amqp": {"deliveryMode": _PERSISTENT, **_BINDING}},
    }


def _receive(event: type[Event]) -> JSON:
    return {
        "action": "receive",
        "channel": {"$ref": "#/channels/events"},
        "messages": [{"$ref": f"#/channels/events/messages/{topic(event)}"}],
        "bindings": {"amqp": {"ack": True, **_BINDING}},
    }


def _topic_channel(event: type[Event]) -> JSON:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False}
    return {
        "address": topic(event),
        "messages": _named([topic(event)]),
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange, **_BINDING}},
    }


def _event_queue(service: Service) -> JSON:
    queue = EVENTS.format(service.name)
    keys = [topic(event) for event in service.hears]
    return {
        "address": queue,
        "description": f"Bound to the exchange {EXCHANGE} with each of the routing keys.",
        "messages": _named(keys),
        "bindings": {"amqp": {"is": "queue", "queue": _queue(queue), **_BINDING}},
        "x-routing-keys": keys,
        "x-dead-letter-queue": DEAD.format(service.name),
    }


def _queue(name: str) -> JSON:
    return {"name": name, "durable": True, "exclusive": False, "autoDelete": False}


def _named(names: Iterator[str] | list[str]) -> JSON:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _message(name: str, summary: str, payload: JSON) -> JSON:
    return {
        "name": name,
        "title": name,
        "summary": summary,
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/correlation_id"},
        "payload": payload,
    }


def _envelope(event: type[Event], data: JSON) -> JSON:
    return _object(
        {
            "id": {"type": "string", "format": "uuid"},
            "type": {"const": topic(event)},
            "source": {"const": event.event_source},
            "time": {"type": "string", "format": "date-time"},
            "organisation": _or_null({"type": "string", "format": "uuid"}),
            "request": _or_null({"type": "string"}),
            "traceparent": _or_null({"type": "string"}),
            "data": data,
        }
    )


def _object(properties: JSON) -> JSON:
    return {"type": "object", "required": list(properties), "properties": properties}


def _or_null(schema: JSON) -> JSON:
    return {"anyOf": [schema, {"type": "null"}]}


def _first_line(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0].rstrip(".")
