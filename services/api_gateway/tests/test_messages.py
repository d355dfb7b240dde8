"""Sending now or later over HTTP, and messages that have not left."""

from __future__ import annotations

from typing import Any

import msgspec

from api_gateway.testing import Services, Visitor, problem
from contracts.inbox import MessageView, ScheduledMessage
from contracts.samples import sample
from fairlead.errors import Conflict, NotFound, Stale

API = "/api/v1"
ID = str(sample(ScheduledMessage).id)
KEY = {"Idempotency-Key": "only-once-1"}
DRAFT = {"to": [{"address": "rui@supplier.test"}], "subject": "Hello", "text": "Hello"}


def body(response: Any) -> Any:
    return msgspec.json.decode(response.get_data())


def test_a_draft_leaves_now_or_is_scheduled(owner: Visitor, services: Services) -> None:
    now = owner.ask("POST", f"{API}/messages", json=DRAFT, headers=KEY)
    assert now.status_code == 201
    for wish in ({"send_at": {"at": "2030-01-01T08:00:00Z"}}, {"undo": True}):
        later = owner.ask("POST", f"{API}/messages", json=DRAFT | wish, headers=KEY)
        assert later.status_code == 202
        msgspec.convert(body(later), ScheduledMessage)
        assert later.headers["ETag"] == '"v3"'
    assert [each.method for each in services.asked if each.method.startswith("inbox")] == [
        "inbox.send",
        "inbox.schedule",
        "inbox.schedule",
    ]


def test_what_has_not_left_is_found_by_its_id(owner: Visitor, services: Services) -> None:
    left = owner.ask("GET", f"{API}/messages/{ID}")
    msgspec.convert(body(left), MessageView)
    assert "ETag" not in left.headers
    services.answers["inbox.get_message"] = NotFound("inbox.message_not_found", "none")
    waiting = owner.ask("GET", f"{API}/messages/{ID}")
    assert msgspec.convert(body(waiting), ScheduledMessage) == sample(ScheduledMessage)
    assert waiting.headers["ETag"] == '"v3"'
    services.answers["inbox.get_scheduled"] = NotFound("inbox.message_not_found", "none")
    none = owner.ask("GET", f"{API}/messages/{ID}")
    assert (none.status_code, problem(none)["code"]) == (404, "inbox.message_not_found")


def test_changing_and_withdrawing_need_the_version_that_was_read(
    owner: Visitor, services: Services
) -> None:
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/send")):
        options: dict[str, Any] = {"json": {}} if method == "PATCH" else {}
        blind = owner.ask(method, f"{API}/messages/{ID}{path}", **options)
        assert blind.status_code == 428
        options["headers"] = {"If-Match": '"v3"'}
        assert owner.ask(method, f"{API}/messages/{ID}{path}", **options).status_code == 200
    services.answers["inbox.withdraw_scheduled"] = Stale("inbox.schedule_changed", "changed")
    late = owner.ask("DELETE", f"{API}/messages/{ID}", headers={"If-Match": '"v3"'})
    assert late.status_code == 412
    services.answers["inbox.withdraw_scheduled"] = Conflict("inbox.message_left", "left")
    late = owner.ask("DELETE", f"{API}/messages/{ID}", headers={"If-Match": '"v3"'})
    assert (late.status_code, problem(late)["code"]) == (409, "inbox.message_left")
