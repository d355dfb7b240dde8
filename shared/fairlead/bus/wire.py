"""The envelopes that requests, replies and events travel in.

JSON, in the body and not in AMQP headers, so that both transports carry the same bytes and an
outbox row is what is sent. An event's attributes have the names of CloudEvents 1.0.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from uuid import UUID

import msgspec

from ..context import Context, Role
from ..contract import Event, Message, topic
from ..errors import Fault


class Request(Message):
    """A call of a method."""

    method: str
    context: Context
    arguments: msgspec.Raw


class Reply(Message, omit_defaults=True):
    """Its answer: a result or a fault."""

    result: msgspec.Raw = msgspec.Raw(b"null")
    fault: Fault | None = None


class Envelope(Message):
    """An event with what everybody needs to know of it, whatever its contents."""

    id: UUID
    type: str
    source: str
    time: dt.datetime
    organisation: UUID | None
    request: str | None
    traceparent: str | None
    data: msgspec.Raw

    def context(self) -> Context:
        """Who acts when the event is worked on: the hearing service, for the organisation."""
        return Context(
            role=Role.SERVICE,
            organisation=self.organisation,
            request=self.request,
            trace=self.traceparent,
        )


#: What a decoder raises: nesting beyond what it follows is no ValueError.
UNREADABLE = (ValueError, RecursionError)

encode = msgspec.json.Encoder().encode
decode_request = msgspec.json.Decoder(Request).decode
decode_reply = msgspec.json.Decoder(Reply).decode
decode_envelope = msgspec.json.Decoder(Envelope).decode


def envelope(event: Event, *, id: UUID, context: Context, organisation: UUID | None) -> Envelope:
    """`event` as it is put into the outbox."""
    return Envelope(
        id=id,
        type=topic(type(event)),
        source=event.event_source,
        time=dt.datetime.now(dt.UTC),
        organisation=organisation,
        request=context.request,
        traceparent=child_trace(context.trace),
        data=msgspec.Raw(encode(event)),
    )


_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})")


def child_trace(parent: str | None) -> str:
    """A W3C traceparent of the same trace as `parent`, or the first of a new one."""
    match = _TRACEPARENT.fullmatch(parent or "")
    trace, flags = match.groups() if match else (secrets.token_hex(16), "01")
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"
