"""Webhooks as an administrator keeps them, and what is told to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.webhooks import NewWebhook, Webhook, WebhookDeliveryState, WebhookEvent
from fairlead.audit import record
from fairlead.contract import Message
from fairlead.errors import Conflict, Invalid
from fairlead.outbound import Outbound, Refused, Unreached
from fairlead.secrets import Vault
from fairlead.store import new_id

from . import store
from .domain import publishing, signing
from .store import DeliveryRow, WebhookRow
from .views import webhook_of

MOST: Final = 50  # webhooks of one organisation
OLD_SECRET: Final = dt.timedelta(days=1)
PURPOSE: Final = "webhooks.secret"
REPLAYED_AT_ONCE: Final = 10_000


def check_url(client: Outbound, url: str) -> None:
    """Raise Invalid unless `url` may be asked. Looks its host up: not within a transaction."""
    try:
        client.addresses(client.target(url))
    except Refused as error:
        raise Invalid.field("webhooks.invalid", "url", error.text) from None
    except Unreached:
        pass  # its name may come to be known; each delivery looks anew


def create(
    session: Session,
    vault: Vault,
    organisation: UUID,
    *,
    url: str,
    events: list[WebhookEvent],
    description: str,
    active: bool,
    id: UUID | None,
) -> NewWebhook:
    """A new webhook with its secret, or the one that has the id already."""
    all_known = store.webhooks(session)
    known = next((each for each in all_known if each.id == id), None)
    if known is not None:
        kept = vault.decrypt(known.secret, organisation=organisation, purpose=PURPOSE)
        return NewWebhook(webhook=webhook_of(known), secret=kept)
    if len(all_known) >= MOST:
        raise Conflict("webhooks.too_many", f"There are {MOST} webhooks already")
    secret = signing.new_secret()
    row = WebhookRow(
        id=id or new_id(),
        url=url,
        events=_chosen(events),
        description=description,
        active=active,
        secret=vault.encrypt(secret, organisation=organisation, purpose=PURPOSE),
        created_at=_now(),
    )
    session.add(row)
    session.flush()
    made = webhook_of(row)
    record(session, "webhook.created", entity="webhook", id=row.id, label=url, after=made)
    return NewWebhook(webhook=made, secret=secret)


def change(
    session: Session,
    id: UUID,
    version: int,
    *,
    url: str | None,
    events: list[WebhookEvent] | None,
    description: str | None,
    active: bool | None,
) -> Webhook:
    """Change what is given; raises StaleVersion."""
    row = store.webhook(session, id, locked=True)
    row.expect(version)
    before = webhook_of(row)
    row.url = row.url if url is None else url
    row.events = row.events if events is None else _chosen(events)
    row.description = row.description if description is None else description
    if active is not None and active != row.active:
        row.active = active
        row.disabled_reason = row.failing_since = None
        if not active:
            store.give_up_waiting(session, id, _now(), "the webhook was switched off")
    session.flush()
    after = webhook_of(row)
    record(
        session,
        "webhook.changed",
        entity="webhook",
        id=id,
        label=row.url,
        before=before,
        after=after,
    )
    return after


def remove(session: Session, id: UUID) -> None:
    """Remove a webhook with its deliveries."""
    row = store.webhook(session, id, locked=True)
    before = webhook_of(row)
    store.remove(session, row)
    record(session, "webhook.removed", entity="webhook", id=id, label=row.url, before=before)


def rotate(session: Session, vault: Vault, organisation: UUID, id: UUID) -> NewWebhook:
    """A new secret; the old one signs beside it for a while."""
    row = store.webhook(session, id, locked=True)
    secret = signing.new_secret()
    row.old_secret, row.old_secret_until = row.secret, _now() + OLD_SECRET
    row.secret = vault.encrypt(secret, organisation=organisation, purpose=PURPOSE)
    session.flush()
    record(session, "webhook.secret_rotated", entity="webhook", id=id, label=row.url)
    return NewWebhook(webhook=webhook_of(row), secret=secret)


def secrets_of(row: WebhookRow, vault: Vault, now: dt.datetime) -> list[str]:
    """The secrets that sign now, the newest first. Raises Undecryptable."""
    kept = [row.secret]
    if row.old_secret and row.old_secret_until and now < row.old_secret_until:
        kept.append(row.old_secret)
    return [vault.decrypt(each, organisation=row.organisation_id, purpose=PURPOSE) for each in kept]


def tell(
    session: Session, organisation: UUID, told: Iterable[tuple[WebhookEvent, Message]]
) -> None:
    """Have every webhook that chose one of these events told of it."""
    listening = [each for each in store.webhooks(session) if each.active]
    for event, data in told:
        chosen = [each for each in listening if event in each.events]
        if chosen:
            id, now = new_id(), _now()
            body = publishing.body(id, event, data, organisation, now)
            session.add_all(_delivery(each.id, id, event, body, now) for each in chosen)


def tell_one(
    session: Session, organisation: UUID, id: UUID, event: WebhookEvent, data: Message
) -> DeliveryRow:
    """Have one webhook told of something, whatever it chose."""
    row = store.webhook(session, id)
    event_id, now = new_id(), _now()
    body = publishing.body(event_id, event, data, organisation, now)
    made = _delivery(row.id, event_id, event, body, now)
    session.add(made)
    session.flush()
    return made


def replay(session: Session, id: UUID, delivery_id: UUID) -> DeliveryRow:
    """Send one delivery again."""
    row = _switched_on(session, id)
    found = store.delivery(session, id, delivery_id)
    if not store.replay(session, [found.id], _now()):
        raise Conflict("webhooks.under_way", "This delivery is still under way")
    record(
        session, "webhook.delivery_replayed", entity="webhook", id=id, label=row.url,
        after={"delivery": str(delivery_id)},
    )  # fmt: skip
    return store.delivery(session, id, delivery_id)


def replay_failed(session: Session, id: UUID, since: dt.datetime) -> int:
    """Send everything again that was given up since a moment."""
    row = _switched_on(session, id)
    failed = store.failed_since(session, id, since, REPLAYED_AT_ONCE)
    count = sum(
        store.replay(session, failed[start : start + 500], _now())
        for start in range(0, len(failed), 500)
    )
    record(
        session, "webhook.failed_replayed", entity="webhook", id=id, label=row.url,
        after={"since": since.isoformat(), "deliveries": count},
    )  # fmt: skip
    return count


def _switched_on(session: Session, id: UUID) -> WebhookRow:
    row = store.webhook(session, id)
    if not row.active:
        raise Conflict("webhooks.off", "The webhook is switched off")
    return row


def _delivery(
    webhook_id: UUID, event_id: UUID, event: WebhookEvent, body: str, now: dt.datetime
) -> DeliveryRow:
    return DeliveryRow(
        id=new_id(),
        webhook_id=webhook_id,
        event_id=event_id,
        event=event,
        body=body,
        state=WebhookDeliveryState.WAITING,
        created_at=now,
        due_at=now,
    )


def _chosen(events: list[WebhookEvent]) -> list[WebhookEvent]:
    if WebhookEvent.TEST in events:
        raise Invalid.field("webhooks.invalid", "events", "webhook.test cannot be chosen")
    return list(dict.fromkeys(events))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
