"""A chat by WhatsApp in the sandbox: out, receipts, what the other side does, and back."""

from __future__ import annotations

from typing import Any

from tests.e2e.client import Api, Stream, wait_for

NUMBER, PHONE = "+351210000777", "+351910000777"


def chat(api: Api) -> None:
    """A driver is written to, reads, answers with a picture, reacts; all on one timeline."""
    connection = _connection(api)
    driver = api.post(
        "/contacts",
        {
            "name": "Duarte Reis",
            "kind": "supplier",
            "identities": [{"scheme": "phone", "value": PHONE}],
        },
    )
    stream = Stream(api)
    try:
        _chat(api, connection, driver, stream)
    finally:
        stream.close()


def _chat(api: Api, connection: Any, driver: Any, stream: Stream) -> None:
    draft = {
        "channel": "whatsapp",
        "connection_id": connection["id"],
        "to": [{"contact_id": driver["id"]}],
        "text": "Three guests at the main gate",
    }
    [preview] = wait_for(lambda: _ready(api, draft), "a preview without problems")
    assert preview["to"][0]["address"] == PHONE[1:]
    [sent] = api.send(draft, key="whatsapp-message-1")
    assert api.send(draft, key="whatsapp-message-1")[0]["id"] == sent["id"]
    _status(api, sent["id"], "delivered")
    [shown] = api.get("/sandbox/chats", address=PHONE)
    assert shown["text"] == "Three guests at the main gate"
    api.post(f"/sandbox/chats/{shown['id']}/read")
    _status(api, sent["id"], "read")

    api.put("/sandbox/handsets/typing", {"address": PHONE})
    wait_for(
        lambda: [
            1 for _, kind, data in stream.events if kind == "typing.changed" and data["until"]
        ],
        "somebody who writes",
    )
    photo = api.upload("gate.png", _PNG)
    answer = {"address": PHONE, "text": "At the gate", "files": [photo["file"]]}
    api.post("/sandbox/chats", answer | {"quotes": shown["id"]})
    came = wait_for(lambda: _last(api, driver["id"], "in"), "the answer")
    assert (came["text"], came["answers_id"]) == ("At the gate", sent["id"])
    assert came["conversation_id"] == sent["conversation_id"]
    assert [each["name"] for each in came["attachments"]] == ["gate.png"]

    api.put(f"/sandbox/chats/{shown['id']}", {"reaction": "👍"})
    wait_for(
        lambda: (
            [each["emoji"] for each in _message(api, sent["id"])["chat"]["reactions"]] == ["👍"]
        ),
        "the reaction",
    )
    api.put(f"/messages/{came['id']}/reaction", {"emoji": "🎉"})
    wait_for(
        lambda: any(each["by_us"] for each in _message(api, came["id"])["chat"]["reactions"]),
        "our reaction",
    )
    id = sent["conversation_id"]
    assert api.get(f"/conversations/{id}/answer-window") == {"open": True, "until": None}
    assert [each["id"] for each in api.get("/conversations", channel="whatsapp")["conversations"]]

    # A message brings an archived conversation back.
    api.put(f"/conversations/{id}/archive", {"archived": True})
    api.post("/sandbox/chats", {"address": PHONE, "text": "One more thing"})
    wait_for(lambda: not api.get(f"/conversations/{id}")["archived"], "the chat to come back")

    # A number that is off keeps what is to leave, and sends it once when it is on again.
    api.post(f"/connections/{connection['id']}/disconnect")
    [waiting] = api.send({**draft, "text": "Are you there?"})
    code = api.post(f"/connections/{connection['id']}/qr")
    assert code["text"].startswith("sandbox:")
    api.post("/sandbox/scans", {"connection_id": connection["id"], "number": NUMBER})
    _status(api, waiting["id"], "delivered")
    texts = [each["text"] for each in api.get("/sandbox/chats", address=PHONE)]
    assert texts.count("Are you there?") == 1


def _connection(api: Api) -> Any:
    """A number of its own, and a phone to write to."""
    details = {"label": "Drivers", "kind": "sandbox", "number": NUMBER}
    made = api.post("/connections", {"channel": "whatsapp", "details": details})
    api.put("/sandbox/handsets", {"address": PHONE, "on": True})
    return made


def _ready(api: Api, draft: dict[str, Any]) -> Any:
    previews = api.post("/messages/preview", draft)
    return previews if not any(each["problems"] for each in previews) else None


def _message(api: Api, id: str) -> Any:
    return api.get(f"/messages/{id}")


def _status(api: Api, id: str, wanted: str) -> Any:
    def there() -> bool:
        return bool(_message(api, id)["deliveries"][0]["status"] == wanted)

    return wait_for(there, f"the message to be {wanted}")


def _last(api: Api, contact: str, direction: str) -> Any:
    found = api.get(f"/contacts/{contact}/timeline", channel="whatsapp")["messages"]
    return next((each for each in found if each["direction"] == direction), None)


_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
