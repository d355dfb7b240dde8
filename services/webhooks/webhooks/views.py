"""Rows as the contract shows them."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.webhooks import Attempt, Webhook, WebhookDelivery, WebhookDeliveryState

from .store import AttemptRow, DeliveryRow, WebhookRow


def webhook_of(row: WebhookRow) -> Webhook:
    """A webhook, without its secret."""
    return Webhook(
        id=row.id,
        url=row.url,
        events=row.events,
        description=row.description,
        active=row.active,
        disabled_reason=row.disabled_reason,
        failing_since=row.failing_since,
        old_secret_until=row.old_secret_until,
        created_at=row.created_at,
        version=row.version,
    )


def delivery_of(
    row: DeliveryRow, attempts: Sequence[AttemptRow] = (), *, whole: bool = False
) -> WebhookDelivery:
    """A delivery; `whole` with its body."""
    delivered = row.state is WebhookDeliveryState.DELIVERED
    return WebhookDelivery(
        id=row.id,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        event=row.event,
        state=row.state,
        created_at=row.created_at,
        tries=row.tries,
        last_status=row.last_status,
        last_error=row.last_error,
        next_at=row.due_at if row.done_at is None else None,
        delivered_at=row.done_at if delivered else None,
        payload=row.body if whole else None,
        attempts=[
            Attempt(
                number=each.number,
                at=each.at,
                milliseconds=each.milliseconds,
                status=each.status,
                response=each.response,
                error=each.error,
            )
            for each in attempts
        ],
    )
