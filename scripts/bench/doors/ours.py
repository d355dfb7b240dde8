"""Our door: every service as a process, and a message posted to a contact by text."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.servers.message_centre import MessageCentre
from scripts.stack import Stack
from tests.e2e.client import Api, wait_for
from tests.e2e.worlds import OWNER, PASSWORD, found

from ..ground import Ground
from .gateways import PEOPLE, TEXT, Gateway

READY_SECONDS = 120.0


class Services(Stack):
    """All of them, on the servers that everything is measured on."""

    def __init__(self, ground: Ground) -> None:
        settings = {"FAIRLEAD_SMS_PRIVATE_HOSTS": "yes", "FAIRLEAD_REQUESTS_PER_SECOND": "100000"}
        super().__init__(ground.folder / "doors", settings)
        self._ground = ground
        self._url_of = functools.cache(ground.database)

    def _broker(self) -> str:
        return self._ground.vhost()

    def _database(self, service: str) -> str:
        return self._url_of(service)


@contextmanager
def ours(ground: Ground, centre: MessageCentre, window: int) -> Iterator[Gateway]:
    """Its people are contacts."""
    with Services(ground) as stack:
        found(stack)
        with Api(stack.address, OWNER, PASSWORD) as api:
            _connect(api, centre, window)
            contacts = [_contact(api, phone) for phone in PEOPLE]
            draft = {"channel": "sms", "to": [{"contact_id": "%TO%"}], "text": TEXT}
            for contact in contacts:
                _wait_until_known(api, json.loads(json.dumps(draft).replace("%TO%", contact)))
            cookies = "; ".join(f"{name}={value}" for name, value in api.http.cookies.items())
            head = (
                "POST /api/v1/messages HTTP/1.1\r\nContent-Type: application/json\r\n"
                f"Cookie: {cookies}\r\nX-CSRF-Token: {api.http.headers['X-CSRF-Token']}\r\n"
                "Idempotency-Key: %ID%"
            )
            yield Gateway(stack.port, head, json.dumps(draft), contacts)


def _connect(api: Api, centre: MessageCentre, window: int) -> None:
    smpp = {
        "host": "127.0.0.1",
        "port": centre.port,
        "system_id": "us",
        "password": centre.password,
        "window": window,
        "per_second": 5000,
    }
    details = {"label": "Texts", "kind": "smpp", "sender": "Atlas", "smpp": smpp}
    made = api.post("/connections", {"channel": "sms", "details": details})
    path = f"/connections/{made['id']}"
    wait_for(lambda: api.get(path)["state"] == "open", "the message centre", READY_SECONDS)


def _contact(api: Api, phone: str) -> str:
    identity = {"scheme": "phone", "value": f"+{phone}"}
    made = api.post("/contacts", {"name": phone, "kind": "traveller", "identities": [identity]})
    return str(made["id"])


def _wait_until_known(api: Api, draft: dict[str, object]) -> None:
    def known() -> bool:
        response = api.http.post("/messages/preview", json=draft)
        return response.is_success and not any(each["problems"] for each in response.json())

    wait_for(known, "the inbox to know the contacts", READY_SECONDS)
