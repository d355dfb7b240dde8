"""Webhooks as an administrator keeps them, and what became of each delivery."""

from __future__ import annotations

import enum
from typing import Annotated, ClassVar, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Cursor, Limit, Line, Moment
from ..persons import PersonHolder
from .payloads import WebhookEvent

WebhookUrl = Annotated[str, Meta(min_length=8, max_length=2000)]
WebhookEvents = Annotated[list[WebhookEvent], Meta(min_length=1, max_length=20)]


class Webhook(Message):
    """An address that is told of events.

    `disabled_reason` says why it was switched off by itself, `failing_since` from when on nothing
    arrived. `old_secret_until` is how long deliveries carry the old secret's signature too.
    """

    id: UUID
    url: WebhookUrl
    events: list[WebhookEvent]
    description: Line
    active: bool
    disabled_reason: str | None
    failing_since: Moment | None
    old_secret_until: Moment | None
    created_at: Moment
    version: int


class NewWebhook(Message):
    """A webhook with its signing secret, which is shown this once."""

    webhook: Webhook
    secret: str


class WebhookDeliveryState(enum.Enum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # given up; it can be replayed


class Attempt(Message):
    """One request of a delivery. `status` is HTTP's, None where there was no answer; `response`
    the beginning of the answer's body. One that was interrupted has neither end nor status: it may
    have arrived."""

    number: int
    at: Moment
    milliseconds: int | None
    status: int | None
    response: str | None
    error: str | None


class WebhookDelivery(Message):
    """One event on its way to one webhook. `event_id` is the header `webhook-id`; `payload` the
    body as it is sent, absent in lists, and `attempts` too."""

    id: UUID
    webhook_id: UUID
    event_id: UUID
    event: WebhookEvent
    state: WebhookDeliveryState
    created_at: Moment
    tries: int
    last_status: int | None
    last_error: str | None
    next_at: Moment | None
    delivered_at: Moment | None
    payload: str | None = None
    attempts: list[Attempt] = []


class WebhookDeliveryPage(Message):
    """Deliveries, the newest first; `cursor` gives the older ones."""

    deliveries: list[WebhookDelivery]
    cursor: str | None


class Webhooks(PersonHolder, Interface, Protocol):
    """Webhooks of an organisation. NotFound `webhooks.not_found` for an unknown one."""

    service: ClassVar[str] = "webhooks"

    @call(rights.MANAGE_WEBHOOKS)
    def list_webhooks(self) -> list[Webhook]:
        """All of them, the oldest first."""
        ...

    @call(rights.MANAGE_WEBHOOKS)
    def get_webhook(self, *, id: UUID) -> Webhook:
        """One of them."""
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def create_webhook(
        self,
        *,
        url: WebhookUrl,
        events: WebhookEvents,
        description: Line = "",
        active: bool = True,
        id: UUID | None = None,
    ) -> NewWebhook:
        """Have an address told of events; the secret that signs is answered this once.

        With an `id` that exists already the call changes nothing and answers that webhook.

        Invalid for an address that is not https or leads into a private network; Conflict
        `webhooks.too_many`.
        """
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def update_webhook(
        self,
        *,
        id: UUID,
        version: int,
        url: WebhookUrl | None = None,
        events: WebhookEvents | None = None,
        description: Line | None = None,
        active: bool | None = None,
    ) -> Webhook:
        """Change what is given. Stale `webhooks.changed`. Switched on again, it begins anew; what
        happened meanwhile is not told."""
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def remove_webhook(self, *, id: UUID) -> None:
        """Remove it with its deliveries."""
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def rotate_webhook_secret(self, *, id: UUID) -> NewWebhook:
        """A new secret. For a day deliveries carry the signature of the old one too."""
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def test_webhook(self, *, id: UUID) -> WebhookDelivery:
        """Send it `webhook.test`, also where it is switched off."""
        ...

    @call(rights.MANAGE_WEBHOOKS)
    def list_webhook_deliveries(
        self,
        *,
        id: UUID,
        state: WebhookDeliveryState | None = None,
        cursor: Cursor | None = None,
        limit: Limit = 50,
    ) -> WebhookDeliveryPage:
        """Its deliveries of the last 30 days."""
        ...

    @call(rights.MANAGE_WEBHOOKS)
    def get_webhook_delivery(self, *, id: UUID, delivery_id: UUID) -> WebhookDelivery:
        """One delivery with its body and attempts. NotFound `webhooks.delivery_not_found`."""
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def replay_webhook_delivery(self, *, id: UUID, delivery_id: UUID) -> WebhookDelivery:
        """Send it again, with the same `webhook-id`. Conflict `webhooks.off` where the webhook is
        switched off, `webhooks.under_way` while it is being sent."""
        ...

    @call(rights.MANAGE_WEBHOOKS, mutates=True)
    def replay_failed_webhooks(self, *, id: UUID, since: Moment) -> int:
        """Send again everything of this webhook that was given up since a moment; returns how
        many. Conflict `webhooks.off`."""
        ...
