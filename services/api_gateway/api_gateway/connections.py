"""Connections of every channel: one list and one door, each kind with details of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from flask import Blueprint, Response

from contracts import email_gateway, sms_gateway, whatsapp_gateway
from contracts.common import Channel
from contracts.email_gateway import EmailGateway
from contracts.sms_gateway import SmsGateway
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead import context
from fairlead.contract import Interface, Message, calls
from fairlead.errors import Invalid, NotFound, Unavailable

from .door import json_response, read_json, read_made_key, read_version, with_version
from .gateway import gateway

views = Blueprint("connections", __name__)

AWAY = "Fairlead-Away"
"""The header that names the channels whose gateways did not answer."""


class EmailConnection(email_gateway.Connection, tag_field="channel", tag="email"):
    """A mail account."""


class SmsConnection(sms_gateway.SmsConnection, tag_field="channel", tag="sms"):
    """A carrier of text messages."""


class WhatsAppConnection(whatsapp_gateway.WhatsAppConnection, tag_field="channel", tag="whatsapp"):
    """A WhatsApp number."""


class EmailDetails(Message, tag_field="channel", tag="email", forbid_unknown_fields=True):
    """A mail account to be."""

    details: email_gateway.ConnectionDetails


class SmsDetails(Message, tag_field="channel", tag="sms", forbid_unknown_fields=True):
    """A carrier to be."""

    details: sms_gateway.SmsConnectionDetails


class WhatsAppDetails(Message, tag_field="channel", tag="whatsapp", forbid_unknown_fields=True):
    """A WhatsApp number to be."""

    details: whatsapp_gateway.WhatsAppConnectionDetails


AnyConnection: TypeAlias = EmailConnection | SmsConnection | WhatsAppConnection
AnyDetails: TypeAlias = EmailDetails | SmsDetails | WhatsAppDetails


@dataclass(frozen=True)
class Kind:
    """A channel's connections: how its gateway is asked, and how they are shown."""

    channel: Channel
    interface: type[Interface]
    name: str  # between the verb and the s of the methods
    shown: Any

    def ask(self, verb: str, **arguments: Any) -> Any:
        """Ask the channel's gateway; raises Forbidden before, where the caller may not."""
        self.check(verb)
        return getattr(gateway().clients[self.interface], self._method(verb))(**arguments)

    def check(self, verb: str) -> None:
        """Raise Forbidden where the caller may not ask so, and Unauthenticated for nobody."""
        calls(self.interface)[self._method(verb)].right.check(context.current())

    def _method(self, verb: str) -> str:
        return f"{verb}_{self.name}{'s' if verb == 'list' else ''}"

    def show(self, found: Any) -> AnyConnection:
        """A connection with its channel."""
        shown: AnyConnection = self.shown(**msgspec.structs.asdict(found))
        return shown


KINDS = {
    EmailDetails: Kind(Channel.EMAIL, EmailGateway, "connection", EmailConnection),
    WhatsAppDetails: Kind(
        Channel.WHATSAPP, WhatsAppGateway, "whatsapp_connection", WhatsAppConnection
    ),
    SmsDetails: Kind(Channel.SMS, SmsGateway, "sms_connection", SmsConnection),
}


@views.get("/connections")
def listed() -> Response:
    """All connections, by channel and label. A gateway that is away hides none of the others'."""
    found: list[AnyConnection] = []
    away: dict[Channel, Unavailable] = {}
    for kind in KINDS.values():
        try:
            found += [kind.show(each) for each in kind.ask("list")]
        except Unavailable as error:
            away[kind.channel] = error
    if len(away) == len(KINDS):
        raise next(iter(away.values()))
    response = json_response(found)
    if away:
        response.headers[AWAY] = ", ".join(channel.value for channel in away)
    return response


@views.post("/connections")
def create() -> Response:
    """Add a connection; the same Idempotency-Key, which may be left out, does so once."""
    wanted: AnyDetails = read_json(AnyDetails, "gateway")
    kind = KINDS[type(wanted)]
    kind.check("create")
    with gateway().making.once(read_made_key(), ["/connections", wanted]) as id:
        return _answer(kind, kind.ask("create", details=wanted.details, id=id), 201)


@views.get("/connections/<uuid:id>")
def get(id: UUID) -> Response:
    """One connection."""
    kind, found = _find(id)
    return _answer(kind, found)


@views.put("/connections/<uuid:id>")
def update(id: UUID) -> Response:
    """Replace the details of a connection."""
    kind, _ = _find(id)
    version = read_version()
    wanted: AnyDetails = read_json(AnyDetails, "gateway")
    if KINDS[type(wanted)] is not kind:
        raise Invalid.field("gateway.other_channel", "channel", f"is {kind.channel.value} here")
    changed = kind.ask("update", id=id, version=version, details=wanted.details)
    return _answer(kind, changed)


@views.delete("/connections/<uuid:id>")
def remove(id: UUID) -> Response:
    """Stop using a connection. Its history stays."""
    kind, _ = _find(id)
    kind.ask("remove", id=id)
    return Response(status=204)


def _find(id: UUID) -> tuple[Kind, Any]:
    """A connection, with its kind; raises NotFound, or Unavailable where it may be at a gateway
    that is away."""
    away: Unavailable | None = None
    for kind in KINDS.values():
        try:
            return kind, kind.ask("get", id=id)
        except NotFound:
            continue
        except Unavailable as error:
            away = error
    if away is not None:
        raise away
    raise NotFound("gateway.connection_not_found", "There is no such connection")


def _answer(kind: Kind, found: Any, status: int = 200) -> Response:
    return with_version(json_response(kind.show(found), status), found)
