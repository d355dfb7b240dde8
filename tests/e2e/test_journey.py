"""The journey that the product is for: services leave a trip as a purchase order, and the answer
comes back onto it; once in the sandbox, once by real mail on the real bus and database."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.servers.mail import MailServer
from tests.e2e.chatting import chat
from tests.e2e.client import Api, Stream, wait_for
from tests.e2e.correspondents import (
    Correspondent,
    MailCorrespondent,
    SandboxCorrespondent,
    click,
)
from tests.e2e.worlds import OWNER, PASSWORD, connect_mail, embedded, open_folder, real

pytestmark = [pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(300)]

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OPERATIONS = "operations@agency.test"


def test_in_the_sandbox(tmp_path: Path) -> None:
    with embedded(tmp_path) as up:
        user = next(each for each in up["users"] if each["role"] == "user")
        with Api(up["address"], user["email"], user["password"]) as api:
            travel(api, SandboxCorrespondent(api))
        owner = next(each for each in up["users"] if each["role"] == "owner")
        with Api(up["address"], owner["email"], owner["password"]) as api:
            chat(api)
    with (
        embedded(tmp_path) as up,  # started again, it goes on where it was
        Api(up["address"], user["email"], user["password"]) as again,
    ):
        assert again.get("/itineraries", q="Costa family")["itineraries"]


def test_by_real_mail() -> None:
    with (
        MailServer() as mail,
        open_folder() as folder,
        real(folder, mail) as stack,
        Api(stack.address, OWNER, PASSWORD) as api,
    ):
        connection = connect_mail(api, mail, OPERATIONS)
        steps = api.post(f"/connections/{connection['id']}/test")
        assert all(step["ok"] for step in steps), steps
        wait_for(
            lambda: api.get(f"/connections/{connection['id']}")["state"] == "open",
            "the mailbox to be watched",
        )
        travel(api, MailCorrespondent(mail))
        chat(api)


def travel(api: Api, other: Correspondent) -> None:
    """The whole way of one message and of its answer."""
    address = f"rui@{other.domain}"
    supplier = _supplier(api, address)
    trip = _trip(api, supplier)
    stream = Stream(api)
    try:
        _travel(api, other, address, supplier, trip, stream)
    finally:
        stream.close()


def _travel(
    api: Api, other: Correspondent, address: str, supplier: Any, trip: Any, stream: Stream
) -> None:
    chosen = _choose_in_the_calendar(api, trip)
    draft = {
        "kind": "purchase_order",
        "itinerary_id": trip["id"],
        "from_concierge": True,
        "service_ids": chosen,
    }
    _check_preview(wait_for(lambda: _ready(api, draft), "a preview without problems"))
    sent = api.send(draft, key="purchase-order-1")
    again = api.send(draft, key="purchase-order-1")  # a double click sends once
    assert [each["id"] for each in again] == [each["id"] for each in sent]
    assert len(sent) == 1
    message = sent[0]["id"]

    mail = other.arrived(address)
    for wanted in ("Airport transfer", "Sintra tour", "Dinner", "Two child seats", "14:30"):
        assert wanted in mail.html, wanted
        assert wanted in mail.text, wanted
    _wait_status(api, message, "sent", "delivered")

    _after_a_moment(api, message)  # who opens within two seconds is taken for a machine
    other.open(mail)
    seen = _wait_status(api, message, "read")
    assert seen["read_at"] is not None
    page = click(mail)
    assert page.status_code == 200
    assert "Costa family" in page.text
    wait_for(lambda: _delivery(api, message)["clicked_at"], "the click")

    other.answer(mail, address, "All confirmed, see you on Tuesday!", PDF)
    answer = wait_for(lambda: _answer(api, trip), "the answer on the trip")
    assert answer["text"] == "All confirmed, see you on Tuesday!"
    assert "Airport transfer" in answer["quoted_text"]
    assert answer["itinerary"]["origin"] == "reply"
    _check_file(api, answer)
    _check_everywhere(api, trip, supplier, answer)
    wait_for(
        lambda: any(
            each["message"] and each["message"]["id"] == answer["id"]
            for each in stream.changes("message_added")
        ),
        "the answer in the open stream",
    )
    _bounce(api, other)
    _resume(api, stream)


def _supplier(api: Api, address: str) -> Any:
    """Made by hand, unless his first mail has made him already, perhaps this very moment."""
    identities = [{"scheme": "email", "value": address}]
    supplier = {"name": "Rui Costa", "kind": "supplier", "identities": identities}
    made = api.http.post("/contacts", json=supplier)
    if made.is_success:
        return made.json()
    assert made.json()["code"] == "contacts.identity_taken", made.text
    return wait_for(
        lambda: next(
            (
                contact
                for contact in api.get("/contacts", q=address)["contacts"]
                if any(each["value"] == address for each in contact["identities"])
            ),
            None,
        ),
        "the contact to be found",
    )


def _trip(api: Api, supplier: Any) -> Any:
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=20)).date()
    common = {"zone": "Europe/Lisbon", "supplier_id": supplier["id"], "supplier_name": "Rui Costa"}
    services = [
        {
            **common,
            "kind": "transfer",
            "name": "Airport transfer",
            "date": str(day),
            "time": "14:30:00",
            "pax": 4,
            "place": "Lisbon airport",
            "address": "Alameda das Comunidades Portuguesas",
            "notes": "Two child seats",
            "requirements": "Name board",
        },
        {**common, "kind": "tour", "name": "Sintra tour", "date": str(day), "time": "16:00:00"},
        {**common, "kind": "meal", "name": "Dinner", "date": str(day), "time": "20:00:00"},
    ]
    return api.post(
        "/itineraries",
        {
            "details": {
                "title": "Costa family",
                "start": str(day),
                "end": str(day + dt.timedelta(days=7)),
                "zone": "Europe/Lisbon",
                "guests": [{"name": "Maria Costa", "lead": True}],
            },
            "state": "confirmed",
            "services": services,
        },
    )


def _choose_in_the_calendar(api: Api, trip: Any) -> list[str]:
    day = trip["details"]["start"]
    days = api.get("/concierge", start=day, end=day)
    mine = [
        each["service"]
        for each in days[0]["services"]
        if each["service"]["itinerary_id"] == trip["id"]
    ]
    names = [each["details"]["name"] for each in mine]
    assert names == ["Airport transfer", "Sintra tour", "Dinner"]
    return [each["id"] for each in mine]


def _ready(api: Api, draft: dict[str, Any]) -> Any:
    previews = api.post("/messages/preview", draft)
    return previews if previews and not any(each["problems"] for each in previews) else None


def _check_preview(previews: Any) -> None:
    assert len(previews) == 1, "three services of one supplier are one message"
    page = previews[0]["page"]
    for wanted in ("Airport transfer", "Name board", "14:30"):
        assert wanted in page


def _delivery(api: Api, message: str) -> Any:
    return api.get(f"/messages/{message}")["deliveries"][0]


def _wait_status(api: Api, message: str, *statuses: str) -> Any:
    return wait_for(
        lambda: delivery if (delivery := _delivery(api, message))["status"] in statuses else None,
        f"the delivery to be {statuses}",
    )


def _after_a_moment(api: Api, message: str) -> None:
    # That it arrived may be known before that it left.
    told = wait_for(lambda: _delivery(api, message)["sent_at"], "the moment of its sending")
    sent = dt.datetime.fromisoformat(told)
    while dt.datetime.now(dt.UTC) < sent + dt.timedelta(seconds=2.5):
        time.sleep(0.1)


def _answer(api: Api, trip: Any) -> Any:
    messages = api.get(f"/itineraries/{trip['id']}/timeline")["messages"]
    return next((each for each in messages if each["direction"] == "in"), None)


def _check_file(api: Api, answer: Any) -> None:
    assert [each["name"] for each in answer["attachments"]] == ["Confirmação nº 7.pdf"]
    response = api.http.get(f"/files/{answer['attachments'][0]['id']}")
    assert response.content == PDF
    assert "Confirma%C3%A7%C3%A3o" in response.headers["content-disposition"]
    assert response.headers["x-content-type-options"] == "nosniff"


def _check_everywhere(api: Api, trip: Any, supplier: Any, answer: Any) -> None:
    of_contact = api.get(f"/contacts/{supplier['id']}/timeline")["messages"]
    assert answer["id"] in [each["id"] for each in of_contact]
    in_conversation = api.get(f"/conversations/{answer['conversation_id']}/messages")["messages"]
    assert answer["id"] in [each["id"] for each in in_conversation]
    assert trip["id"] in api.get(f"/conversations/{answer['conversation_id']}")["itinerary_ids"]


def _bounce(api: Api, other: Correspondent) -> None:
    address = other.mistype()
    contact = api.post(
        "/contacts",
        {
            "name": "Riu Costa",
            "kind": "supplier",
            "identities": [{"scheme": "email", "value": address}],
        },
    )
    draft = {"to": [{"contact_id": contact["id"]}], "subject": "Hello", "text": "Are you there?"}
    wait_for(lambda: _ready(api, draft), "the inbox to know the contact")
    message = api.send(draft)[0]["id"]
    failed = _wait_status(api, message, "failed")
    assert failed["reason"]
    assert failed["code"] == "5.1.1"
    identity = wait_for(
        lambda: next(
            (
                each
                for each in api.get(f"/contacts/{contact['id']}")["identities"]
                if each["reachability"] == "failed"
            ),
            None,
        ),
        "the address to be marked",
    )
    assert identity["reason"]


def _resume(api: Api, stream: Stream) -> None:
    """Who was away catches up from the last event seen, and misses none."""
    middle = stream.events[len(stream.events) // 2]
    later = Stream(api, after=middle[0])
    wanted = [each[0] for each in stream.events if int(each[0]) > int(middle[0])]
    wait_for(
        lambda: [each[0] for each in later.events][: len(wanted)] == wanted, "the missed events"
    )
    later.close()


def test_nobody_and_strangers_get_nothing(tmp_path: Path) -> None:
    with embedded(tmp_path) as up:
        for path in ("/contacts", "/itineraries", "/conversations", "/connections", "/events"):
            assert httpx.get(f"{up['address']}/api/v1{path}").status_code == 401
        user = next(each for each in up["users"] if each["role"] == "user")
        with Api(up["address"], user["email"], user["password"]) as api:
            refused = api.http.post(
                "/connections",
                json={
                    "channel": "email",
                    "details": {"label": "X", "address": "x@y.example", "kind": "sandbox"},
                },
            )
            assert refused.status_code == 403
            assert refused.json()["code"] == "rights.forbidden"
            del api.http.headers["X-CSRF-Token"]
            assert api.http.post("/contacts", json={}).status_code == 403
