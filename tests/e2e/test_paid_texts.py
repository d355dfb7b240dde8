"""Texts that cost credits, to one and to many, in the sandbox: every service has a part in it."""

from __future__ import annotations

import json
import unicodedata
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.client import Api, wait_for
from tests.e2e.worlds import embedded

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(300)]

PHONES = ["+351910000101", "+351910000102", "+351910000103"]
SEGMENTS = Path(__file__).parents[2] / "services/sms_gateway/tests/segments.json"
LONG = "The boat leaves from another quay. " * 10  # three parts


def test_texts_are_paid_by_part(tmp_path: Path) -> None:
    with embedded(tmp_path) as up:
        by_role = {each["role"]: each for each in up["users"]}
        owner, user = by_role["owner"], by_role["user"]
        with (
            Api(up["address"], owner["email"], owner["password"]) as admin,
            Api(up["address"], user["email"], user["password"]) as api,
        ):
            carrier = {
                "label": "Paid", "kind": "sandbox", "sender": "+351210000999", "default": True,
            }  # fmt: skip
            connection = admin.post("/connections", {"channel": "sms", "details": carrier})
            wait_for(lambda: _known(api, connection["id"]), "the inbox to know the carrier")
            _pay(admin, api, connection["id"])
            _send_to_many(admin, api, connection["id"])
            _stop(api, connection["id"])
            _pay_by_the_table(admin, api, carrier)


def _known(api: Api, connection: str) -> bool:
    draft = _draft(connection, to=[{"address": PHONES[0]}], text="Hello")
    [shown] = api.post("/messages/preview", draft)
    return not [each for each in shown["problems"] if each["field"] == "connection_id"]


def _draft(connection: str, **fields: Any) -> dict[str, Any]:
    return {"channel": "sms", "connection_id": connection, **fields}


def _pay(admin: Api, api: Api, connection: str) -> None:
    prices = [
        {"channel": "sms", "mode": "by_hand", "credits": 5},
        {"channel": "sms", "mode": "by_hand", "prefix": "+351", "credits": 2},
    ]
    known = admin.http.get("/credits/prices")
    headers = {"If-Match": known.headers["ETag"]}
    admin.put("/credits/prices", {"prices": prices, "low_balance": 15}, **headers)
    draft = _draft(connection, to=[{"address": PHONES[0]}], text=LONG)
    # The inbox hears of the prices some milliseconds later.
    wait_for(lambda: api.post("/messages/preview", draft)[0]["cost"], "the prices to be known")
    [shown] = api.post("/messages/preview", draft)
    assert shown["cost"] == {"units": 3, "credits": 6}
    assert [each["field"] for each in shown["problems"]] == ["credits"]
    refused = api.http.post("/messages", json=draft, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert refused.status_code == 409
    assert "6 are missing" in refused.text
    key = str(uuid.uuid4())
    for _ in range(2):
        body = {"credits": 20, "note": "Invoice 7"}
        admin.post("/credits/ledger", body, **{"Idempotency-Key": key})
    assert api.get("/credits")["available"] == 20
    key = str(uuid.uuid4())
    assert api.send(draft, key) == api.send(draft, key)
    wait_for(lambda: api.get("/credits")["balance"] == 14, "three parts to be taken")
    assert api.get("/credits")["reserved"] == 0
    entries = admin.get("/credits/ledger")["entries"]
    assert [each["kind"] for each in reversed(entries)] == ["topped_up", "reserved", "taken"]
    today = entries[0]["at"][:10]
    [use] = api.get("/credits/use", start=today, end=today)
    assert (use["units"], use["credits"], use["channel"]) == (3, 6, "sms")
    assert use["user_name"]
    notices = wait_for(
        lambda: [
            each
            for each in admin.get("/notifications")["notifications"]
            if each["kind"] == "credits_low"
        ],
        "the notice of few credits",
    )
    assert len(notices) == 1
    assert api.http.post("/credits/ledger", json={"credits": 1}).status_code == 403


def _send_to_many(admin: Api, api: Api, connection: str) -> None:
    for phone in [*PHONES[1:], None]:
        identities = [{"scheme": "phone", "value": phone}] if phone else []
        guest = {
            "name": f"Guest {phone}",
            "kind": "traveller",
            "identities": identities,
            "tags": ["boat trip"],
        }
        api.post("/contacts", guest)
    selection = {"contacts": {"tag": "boat trip"}}
    body = {
        "draft": _draft(connection, text="The boat leaves at nine"),
        "selection": selection,
        "label": "Boat",
        "per_minute": 6000,
    }
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    mailing = api.post("/messages/bulk", body, **headers)
    assert api.post("/messages/bulk", body, **headers)["id"] == mailing["id"]
    path = f"/messages/bulk/{mailing['id']}"
    wait_for(lambda: api.get(path)["state"] == "ready", "the list to be composed")
    ready = api.get(path)
    found = api.get(f"{path}/recipients")["recipients"]
    states = {each["name"]: each["state"] for each in found}
    assert (ready["total"], ready["ready"], ready["credits"]) == (3, 2, 4)
    assert states["Guest None"] == "left_out"
    api.post(f"{path}/confirm", **{"If-Match": f'"v{ready["version"]}"'})
    wait_for(lambda: api.get(path)["state"] == "done", "all to be sent")
    job = api.get(f"/jobs/inbox/{api.get(path)['job']}")
    assert (job["state"], job["done"]) == ("done", 2)
    wait_for(lambda: api.get("/credits")["balance"] == 10, "all to be taken")
    texts = [each["text"] for each in api.get("/sandbox/texts", number=PHONES[1])]
    assert texts == ["The boat leaves at nine"]
    sent = api.get("/messages/sent", channel="sms")["sent"]
    assert len(sent) == 3


def _pay_by_the_table(admin: Api, api: Api, carrier: dict[str, Any]) -> None:
    """Invariant 9: parts and credits are the reference table's, as they are shown before sending,
    as they are reserved, and as they are taken."""
    details = {**carrier, "label": "As written", "plain": False}
    connection = admin.post("/connections", {"channel": "sms", "details": details})["id"]
    wait_for(lambda: _known(api, connection), "the inbox to know the carrier")
    table = [
        (text, parts)
        for _, text, _, parts, _ in json.loads(SEGMENTS.read_text(encoding="utf-8"))
        # What leaves is composed; and nobody sends nothing.
        if text.strip() and text == unicodedata.normalize("NFC", text)
    ]
    assert len(table) > 20
    key = {"Idempotency-Key": str(uuid.uuid4())}
    admin.post("/credits/ledger", {"credits": 10_000, "note": "The table"}, **key)
    for text, parts in table:
        before = api.get("/credits")["balance"]
        draft = _draft(connection, to=[{"address": PHONES[0]}], text=text)
        [shown] = api.post("/messages/preview", draft)
        assert shown["cost"] == {"units": parts, "credits": 2 * parts}, text
        [sent] = api.send(draft)
        delivery = sent["deliveries"][0]["id"]
        wait_for(lambda: api.get("/credits")["reserved"] == 0, "all to be taken")
        assert api.get("/credits")["balance"] == before - 2 * parts, text
        entries = admin.get("/credits/ledger", delivery_id=delivery)["entries"]
        assert {each["kind"]: (each["amount"], each["held"]) for each in entries} == {
            "reserved": (0, 2 * parts),
            "taken": (-2 * parts, -2 * parts),
        }


def _stop(api: Api, connection: str) -> None:
    api.post("/sandbox/texts", {"number": PHONES[1], "text": "STOP"})
    wait_for(lambda: api.get("/sms/opt-outs")["opt_outs"], "STOP to be heard")
    draft = _draft(connection, to=[{"address": PHONES[1]}], text="Hello")
    [shown] = api.post("/messages/preview", draft)
    assert "STOP" in shown["problems"][0]["reason"]
    balance = api.get("/credits")
    [sent] = api.send(draft)
    failed = wait_for(
        lambda: (
            (message := api.get(f"/messages/{sent['id']}")["deliveries"][0])["status"] == "failed"
            and message
        ),
        "the refusal",
    )
    assert "STOP" in failed["reason"]
    wait_for(lambda: api.get("/credits") == balance, "the credits to be released")
