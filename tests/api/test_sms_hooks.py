"""Texts by a carrier over HTTP, and what it brings back to our door: all of it over real HTTP."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sms_gateway.testing import ACCOUNT, TOKEN, CarrierStandIn, Signed, signed, written
from tests.e2e.client import wait_for

from .conftest import Running

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]
PHONE = "+351910000123"


@pytest.fixture
def carrier() -> Iterator[CarrierStandIn]:
    made = CarrierStandIn()
    yield made
    made.stop()


def bring(callback: Signed) -> httpx.Response:
    headers = {
        "Content-Type": f"{callback.content_type}; charset=UTF-8",
        "X-Twilio-Signature": callback.signature,
    }
    return httpx.post(callback.url, content=callback.body, headers=headers)


def test_there_and_back(running: Running, carrier: CarrierStandIn) -> None:
    with running.client("ours", "owner") as ours, running.client("theirs", "owner") as theirs:
        details = {
            "label": "Texts",
            "kind": "http",
            "sender": "+15005550006",
            "http": {"account": ACCOUNT, "base_url": carrier.url, "token": TOKEN},
        }
        made = (
            ours.post("/connections", json={"channel": "sms", "details": details})
            .raise_for_status()
            .json()
        )
        assert TOKEN not in ours.get("/connections").text
        wait_for(
            lambda: ours.get(f"/connections/{made['id']}").json()["state"] == "open",
            "the carrier to let us in",
        )
        draft = {"channel": "sms", "to": [{"address": PHONE}], "text": "Seu carro 😀 chegou"}
        [sent] = _send(ours, draft)
        wait_for(lambda: carrier.taken, "the text to leave")
        [id] = carrier.taken
        assert carrier.taken[id]["Body"] == draft["text"]

        said = [carrier.status(id, word) for word in ("delivered", "sent", "queued")] * 2
        said += [written(said[0].url.partition("?")[0], "SM9", PHONE, "Obrigada שלום")] * 2
        random.Random(3).shuffle(said)
        forged = signed(said[0].url, {"MessageSid": id, "MessageStatus": "failed"}, "guessed")
        for each in said:
            assert bring(each).status_code == 200
            assert bring(forged).status_code == 403
        wait_for(lambda: _status(ours, sent) == "delivered", "the text to have arrived")
        wait_for(lambda: "Obrigada שלום" in _heard(ours), "the answer")
        assert _heard(ours).count("Obrigada שלום") == 1
        assert "Obrigada שלום" not in _heard(theirs)


def _send(client: httpx.Client, draft: dict[str, Any]) -> Any:
    def sent() -> Any:
        headers = {"Idempotency-Key": "only-one-text"}
        answer = client.post("/messages", json=draft, headers=headers)
        return answer.json() if answer.is_success else None

    return wait_for(sent, "the inbox to know the connection")


def _status(client: httpx.Client, message: Any) -> str:
    found: str = client.get(f"/messages/{message['id']}").json()["deliveries"][0]["status"]
    return found


def _heard(client: httpx.Client) -> list[str]:
    conversations = client.get("/conversations", params={"channel": "sms"}).json()["conversations"]
    return [
        message["text"]
        for each in conversations
        for message in client.get(f"/conversations/{each['id']}/messages").json()["messages"]
        if message["direction"] == "in"
    ]
