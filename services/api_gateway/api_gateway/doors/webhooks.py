"""Doors of webhooks."""

from __future__ import annotations

from contracts.webhooks import Webhooks

from ..door import Door

_ONE = "/webhooks/{id}"

DOORS = (
    Door("GET", "/webhooks", Webhooks, "list_webhooks"),
    Door("POST", "/webhooks", Webhooks, "create_webhook", 201, frozenset({"id"})),
    Door("GET", _ONE, Webhooks, "get_webhook"),
    Door("PATCH", _ONE, Webhooks, "update_webhook"),
    Door("DELETE", _ONE, Webhooks, "remove_webhook"),
    Door("POST", f"{_ONE}/secret", Webhooks, "rotate_webhook_secret", 201),
    Door("POST", f"{_ONE}/test", Webhooks, "test_webhook"),
    Door("GET", f"{_ONE}/deliveries", Webhooks, "list_webhook_deliveries"),
    Door("POST", f"{_ONE}/deliveries/replay", Webhooks, "replay_failed_webhooks"),
    Door("GET", f"{_ONE}/deliveries/{{delivery_id}}", Webhooks, "get_webhook_delivery"),
    Door(
        "POST",
        f"{_ONE}/deliveries/{{delivery_id}}/replay",
        Webhooks,
        "replay_webhook_delivery",
    ),
)
