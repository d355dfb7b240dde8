"""What providers bring: handed on as it came, to the service that checks the signature."""

from __future__ import annotations

from uuid import UUID

import eventlet
import pytest
from eventlet.event import Event
from flask import Flask

from api_gateway.testing import Services, Visitor, problem
from contracts.whatsapp_gateway import SignedHook
from fairlead.errors import Forbidden, Unavailable

from .conftest import MakeApp

ID = UUID("01a22b52-d99c-72c2-ba5f-cb78de958571")
PATH = f"/api/v1/hooks/sms/{ID}"
WHATSAPP = f"/api/v1/hooks/whatsapp/{ID}"
FORM = {"MessageSid": "SM1", "MessageStatus": "sent", "To": "+34600111222"}
SIGNED = {"X-Twilio-Signature": "Ulu1+tiRLDFaqhKe+T0C3H/nMds="}


def test_it_is_handed_on_as_it_came(make_app: MakeApp, services: Services) -> None:
    """With the address that the provider was given, whatever a proxy made of it."""
    app = make_app(FAIRLEAD_PUBLIC_URL="https://hub.example.com")
    body = b"Body=%C5%BE+%00&MessageSid=SM1"
    answer = Visitor(app.test_client()).ask(
        "POST",
        f"{PATH}?text=1&b=%2F",
        data=body,
        headers=SIGNED | {"Host": "10.0.0.7:8080", "X-Forwarded-Host": "evil.example"},
        content_type="application/x-www-form-urlencoded; charset=UTF-8",
    )
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.get_data() == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    [asked] = services.asked
    assert asked.arguments == {
        "id": ID,
        "url": f"https://hub.example.com{PATH}?text=1&b=%2F",
        "content_type": "application/x-www-form-urlencoded",
        "signature": SIGNED["X-Twilio-Signature"],
        "body": body,
    }


def test_who_forges_is_refused_and_soon_not_heard(make_app: MakeApp, services: Services) -> None:
    services.answers["sms_gateway.take_sms_callback"] = Forbidden("sms_gateway.signature", "No")
    anybody = Visitor(make_app(FAIRLEAD_PUBLIC_REQUESTS_PER_SECOND="1").test_client())
    answers = [anybody.ask("POST", PATH, data=FORM) for _ in range(6)]
    assert [each.status_code for each in answers][:4] == [403] * 4
    assert problem(answers[0])["code"] == "sms_gateway.signature"
    assert answers[-1].status_code == 429


def test_a_burst_of_the_provider_is_taken(app: Flask) -> None:
    """It brings no status a second time that was once refused for being one too many."""
    carrier = Visitor(app.test_client())
    answers = [carrier.ask("POST", PATH, data=FORM, headers=SIGNED) for _ in range(200)]
    assert {each.status_code for each in answers} == {200}


def test_what_was_not_stored_is_not_acknowledged(app: Flask, services: Services) -> None:
    services.answers["sms_gateway.take_sms_callback"] = Unavailable("sms_gateway.away", "Away")
    assert Visitor(app.test_client()).ask("POST", PATH, data=FORM).status_code == 503


@pytest.mark.parametrize("place", ["nothing", "0", f"{ID}/more"])
def test_there_is_nothing_else(app: Flask, services: Services, place: str) -> None:
    answer = Visitor(app.test_client()).ask("POST", f"/api/v1/hooks/sms/{place}", data=FORM)
    assert answer.status_code in (401, 404)
    assert services.asked == []


@pytest.mark.green
def test_webhooks_of_whatsapp_that_come_together_are_brought_together(
    app: Flask, services: Services
) -> None:
    """Each is answered for itself."""
    first, let = Event(), Event()

    def take(connection: UUID, hooks: list[SignedHook]) -> list[bool]:
        if not first.ready():
            first.send()
            let.wait()
        return [hook.signature == "good" for hook in hooks]

    def post(body: bytes, signature: str) -> int:
        headers = {"X-Hub-Signature-256": signature}
        asked = Visitor(app.test_client()).ask("POST", WHATSAPP, data=body, headers=headers)
        return asked.status_code

    services.answers["whatsapp_gateway.take_hooks"] = take
    earlier = eventlet.spawn(post, b"0", "good")
    first.wait()
    later = [
        eventlet.spawn(post, *each) for each in ((b"1", "good"), (b"2", "bad"), (b"3", "good"))
    ]
    eventlet.sleep(0)
    let.send()
    assert [earlier.wait(), *(each.wait() for each in later)] == [200, 200, 403, 200]
    brought = [[hook.body for hook in each.arguments["hooks"]] for each in services.asked]
    assert brought == [[b"0"], [b"1", b"2", b"3"]]
    assert {each.arguments["connection"] for each in services.asked} == {ID}


def test_forged_webhooks_of_whatsapp_are_soon_not_heard(
    make_app: MakeApp, services: Services
) -> None:
    services.answers["whatsapp_gateway.take_hooks"] = lambda connection, hooks: [False]
    anybody = Visitor(make_app(FAIRLEAD_PUBLIC_REQUESTS_PER_SECOND="1").test_client())
    answers = [anybody.ask("POST", WHATSAPP, data=b"{}") for _ in range(6)]
    assert [each.status_code for each in answers][:4] == [403] * 4
    assert problem(answers[0])["code"] == "whatsapp_gateway.wrong_signature"
    assert answers[-1].status_code == 429


def test_a_webhook_of_whatsapp_that_was_not_stored_is_not_acknowledged(
    app: Flask, services: Services
) -> None:
    services.answers["whatsapp_gateway.take_hooks"] = Unavailable("store.away", "Away")
    assert Visitor(app.test_client()).ask("POST", WHATSAPP, data=b"{}").status_code == 503
