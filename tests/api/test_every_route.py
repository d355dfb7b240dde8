"""Every route of the gateway keeps to the table of rights: the doors, the views that have code of
their own, and those that are open to all. A route in none of the three fails here."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import httpx
import msgspec
import pytest

from api_gateway.app import API, create_app
from api_gateway.connections import EmailDetails
from api_gateway.doors import DOORS
from api_gateway.gateway import Gateway
from contracts import rights
from contracts.accounts import Accounts, StaffRole
from contracts.contacts import Contacts
from contracts.email_gateway import EmailGateway
from contracts.inbox import Draft, Inbox
from contracts.itineraries import Itineraries
from contracts.samples import sample
from contracts.sms_gateway import SmsGateway
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import Role
from fairlead.contract import Right, calls

from .conftest import Running

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class View:
    """A route with code of its own: the rights that it asks for, and a request for it."""

    method: str
    rule: str
    rights: tuple[Right, ...]
    request: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The rule with something in each of its places."""
        places = {"id": str(uuid.uuid4()), "service": "contacts", "file": "result", "number": "0"}
        path = self.rule
        for name, value in places.items():
            path = path.replace(f"<{name}>", value).replace(f"<uuid:{name}>", value)
        return path


def _rights(interface: Any, *names: str) -> tuple[Right, ...]:
    return tuple(calls(interface)[name].right for name in names)


_DRAFT = {"json": msgspec.to_builtins(sample(Draft))}
_MAILBOX = {"json": msgspec.to_builtins(sample(EmailDetails))}
_CONNECTIONS = {
    "list": _rights(EmailGateway, "list_connections")
    + _rights(SmsGateway, "list_sms_connections")
    + _rights(WhatsAppGateway, "list_whatsapp_connections"),
    "create": _rights(EmailGateway, "create_connection"),
    # What nobody has is found by nobody, whatever he may do.
    "get": _rights(EmailGateway, "get_connection"),
}
_PAPER = _rights(Itineraries, "draw_paper")
VIEWS = (
    View("POST", "/messages/preview", _rights(Inbox, "preview"), _DRAFT),
    View("POST", "/messages", _rights(Inbox, "send", "schedule"), _DRAFT),
    View("GET", "/messages/<id>/page", _rights(Inbox, "get_message")),
    View("GET", "/connections", _CONNECTIONS["list"]),
    View("POST", "/connections", _CONNECTIONS["create"], _MAILBOX),
    View("GET", "/connections/<uuid:id>", _CONNECTIONS["get"]),
    View("PUT", "/connections/<uuid:id>", _CONNECTIONS["get"], _MAILBOX),
    View("DELETE", "/connections/<uuid:id>", _CONNECTIONS["get"]),
    View("POST", "/files", _rights(Inbox, "add_file"), {"files": {"file": ("plan.pdf", PDF)}}),
    View("GET", "/files/<id>", _rights(Inbox, "get_file")),
    View("GET", "/files/<id>/thumbnail", _rights(Inbox, "get_file")),
    View("POST", "/files/<id>/links", _rights(Inbox, "get_file"), {"json": {}}),
    View("GET", "/audit.csv", _rights(Accounts, "list_audit")),
    View("GET", "/jobs/<service>/<id>/files/<file>", _rights(Contacts, "get_job_file")),
    View("GET", "/itineraries/<id>/itinerary.pdf", _PAPER),
    View("GET", "/itineraries/<id>/confirmation.pdf", _PAPER),
    View(
        "POST",
        "/itineraries/<id>/papers",
        (*_PAPER, *_rights(Inbox, "add_file")),
        {"json": {"kind": "itinerary"}},
    ),
    View("GET", "/sandbox/mails/<id>/files/<number>", _rights(EmailGateway, "sandbox_mail_file")),
    View(
        "GET", "/sandbox/chats/<id>/files/<number>", _rights(WhatsAppGateway, "sandbox_chat_file")
    ),
    View("GET", "/events", (rights.READ,)),
)
# For guests, by a token that was sent to them, and for who is about to sign in or out. What they
# ask the services for is theirs to answer nobody: its right is PUBLIC.
OPEN_TO_ALL = {
    ("GET", "/"),
    ("GET", "/static/<path:filename>"),
    ("GET", f"{API}/session"),
    ("POST", f"{API}/session"),
    ("POST", f"{API}/session/code"),
    ("DELETE", f"{API}/session"),
    ("POST", f"{API}/password-resets"),
    ("GET", f"{API}/account-links/<token>"),
    ("POST", f"{API}/account-links/<token>"),
    ("GET", f"{API}/openapi.json"),
    ("POST", f"{API}/hooks/sms/<uuid:connection>"),
    ("GET", f"{API}/hooks/whatsapp/<uuid:connection>"),
    ("POST", f"{API}/hooks/whatsapp/<uuid:connection>"),
    ("GET", "/t/o/<token>.gif"),
    ("GET", "/t/c/<token>"),
    ("GET", "/t/u/<token>"),
    ("POST", "/t/u/<token>"),
    ("GET", "/f/<token>"),
    ("GET", "/a/<token>"),
    ("POST", "/a/<token>"),
    ("GET", "/p/<token>"),
    ("POST", "/p/<token>"),
    ("GET", "/p/<token>/itinerary.pdf"),
    ("GET", "/p/<token>/documents/<uuid:id>"),
}
IDS = [f"{view.method} {view.rule}" for view in VIEWS]


def test_every_route_is_a_door_a_view_or_open_to_all() -> None:
    app = create_app(cast("Gateway", SimpleNamespace(settings=SimpleNamespace(proxies=0))))
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    doors = {(door.method, API + door.rule) for door in DOORS}
    views = {(view.method, API + view.rule) for view in VIEWS}
    assert routes == doors | views | OPEN_TO_ALL
    assert len(routes) == len(doors) + len(views) + len(OPEN_TO_ALL)


def ask(client: httpx.Client, view: View) -> tuple[int, str]:
    """The status of the answer and its code, if it is a refusal; a stream is not read on."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    with client.stream(view.method, view.path, headers=headers, **view.request) as response:
        if response.is_success:
            return response.status_code, ""
        response.read()
        return response.status_code, response.json()["code"]


@pytest.mark.servers
@pytest.mark.timeout(120)
@pytest.mark.parametrize("role", list(StaffRole), ids=lambda role: role.value)
@pytest.mark.parametrize("view", VIEWS, ids=IDS)
def test_a_role_gets_what_the_rights_table_says(
    view: View, role: StaffRole, running: Running
) -> None:
    with running.client("ours", role.value) as client:
        status, code = ask(client, view)
    allowed = all(Role(role.value) in right.roles for right in view.rights)
    assert status not in (401, 500, 503), code
    assert (code == "rights.forbidden") != allowed, code


@pytest.mark.servers
@pytest.mark.timeout(120)
@pytest.mark.parametrize("view", VIEWS, ids=IDS)
def test_nobody_gets_nothing(view: View, running: Running) -> None:
    with running.stranger() as client:
        assert ask(client, view) == (401, "rights.not_signed_in")
