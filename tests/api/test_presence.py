"""Two who open the same conversation see each other, at once and live; nobody else does."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.client import wait_for

from .conftest import Running
from .test_borders import answer, furnish

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]


@contextmanager
def live(client: httpx.Client) -> Iterator[list[Any]]:
    """What the stream of a client says of who is where."""
    found: list[Any] = []
    opened = threading.Event()
    streaming: list[httpx.Response] = []

    def read() -> None:
        try:
            with client.stream("GET", "/events", timeout=None) as response:
                streaming.append(response)
                kind = ""
                for line in response.iter_lines():
                    opened.set()
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data" and kind == "presence.changed":
                        found.append(json.loads(value))
        except (httpx.HTTPError, httpx.StreamError, OSError):
            pass  # it is closed from without, below

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert opened.wait(20), "the stream did not open"
    try:
        yield found
    finally:
        streaming[0].extensions["network_stream"].get_extra_info("socket").shutdown(2)
        thread.join(10)


def people(event: Any) -> dict[str, str]:
    return {each["user_name"]: each["doing"] for each in event["present"]}


def test_two_agents_see_each_other(running: Running) -> None:
    with (
        running.client("ours", "owner") as olga,
        running.client("ours", "user") as ulla,
        running.client("theirs", "owner") as stranger,
        live(ulla) as seen,
        live(stranger) as nothing,
    ):
        conversation = furnish(olga).conversation
        path = f"/conversations/{conversation}/presence"
        assert answer(olga.post(path, json={"doing": "viewing"})) == []
        [first] = wait_for(lambda: seen[:1], "the first to be seen", seconds=20)
        assert (first["conversation_id"], people(first)) == (
            conversation, {"Olga Owner": "viewing"},
        )  # fmt: skip
        [other] = answer(ulla.post(path, json={"doing": "typing"}))
        assert (other["user_name"], other["doing"]) == ("Olga Owner", "viewing")
        [other] = answer(olga.post(path, json={"doing": "viewing"}))
        assert other["doing"] == "typing"
        answer(olga.post(path, json={"doing": None}))
        wait_for(lambda: len(seen) == 3, "all that happened", seconds=20)
        assert [len(people(each)) for each in seen] == [1, 2, 1]
        assert stranger.post(path, json={"doing": "viewing"}).status_code == 404
        assert nothing == []


def test_who_answers_what_was_answered_is_told_by_whom(running: Running) -> None:
    with running.client("theirs", "owner") as olga, running.client("theirs", "user") as ulla:
        own = furnish(olga)
        draft = {
            "in_reply_to": own.message,
            "subject": "Hello",
            "text": "One more thing",
            "seen_message_id": own.message,
        }

        def send(client: httpx.Client, body: dict[str, Any]) -> httpx.Response:
            key = {"Idempotency-Key": str(uuid.uuid4())}
            return client.post("/messages", json=body, headers=key)

        answer(send(ulla, draft))
        refused = send(olga, draft)
        assert refused.status_code == 409
        assert refused.json()["code"] == "inbox.answered_meanwhile"
        answer(send(olga, {**draft, "seen_message_id": None}))
