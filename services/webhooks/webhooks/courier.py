"""Takes deliveries to their webhooks: each attempt is noted before it leaves."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections import Counter
from typing import Final
from uuid import UUID

import structlog
from eventlet import GreenPool
from sqlalchemy.orm import Session

from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from contracts.webhooks import WebhookDeliveryState, WebhookEvent
from fairlead import metrics
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.context import Role, acting, service_context
from fairlead.errors import Failure
from fairlead.outbound import Bounds, Outbound, Refused, Unreached
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, queue

from . import store
from .domain import retrying, signing
from .domain.retrying import Outcome
from .registry import secrets_of
from .store import DeliveryRow, WebhookRow

log = structlog.get_logger(__name__)

AT_ONCE: Final = 64  # requests of one process
PER_WEBHOOK: Final = 4  # of them to one webhook, so that a slow one does not stop the others
CLAIMED: Final = 16
BOUNDS: Final = Bounds(connect=5.0, total=15.0, size=2048)

ATTEMPTS = metrics.histogram(
    "fairlead_webhook_attempts_seconds", "Requests to webhooks", ("outcome",)
)
WAITING = metrics.gauge("fairlead_webhook_deliveries_waiting", "Deliveries that wait")
WAITED = metrics.gauge(
    "fairlead_webhook_deliveries_waiting_seconds", "Age of the oldest delivery that waits"
)


class Courier:
    """One for the process; any number of processes may work at once."""

    def __init__(self, kept: ServiceStore, vault: Vault, client: Outbound) -> None:
        self._store = kept
        self._vault = vault
        self._client = client
        self._pool = GreenPool(AT_ONCE)
        self._under_way: Counter[UUID] = Counter()

    def dispatch(self) -> bool:
        """Send off what is due and has room; returns whether there may be more at once."""
        room = min(CLAIMED, self._pool.free())
        if room <= 0:
            return False
        now = _now()
        busy = [id for id, count in self._under_way.items() if count >= PER_WEBHOOK]
        with self._store.transaction(EVERYWHERE) as session:
            claimed = store.claim_due(session, secrets.token_hex(8), now, room, busy)
            fitting = self._fitting(session, claimed)
            leaving = [(row, self._begin(session, row, now)) for row in fitting]
        for row, number in leaving:
            self._under_way[row.webhook_id] += 1
            self._pool.spawn_n(self._run, row, number)
        return bool(leaving)

    def rest(self) -> None:
        """Return when nothing is under way."""
        self._pool.waitall()

    def _fitting(self, session: Session, claimed: list[DeliveryRow]) -> list[DeliveryRow]:
        """Those for whose webhooks there is room; the others are given back."""
        taken = Counter(self._under_way)
        fitting = []
        for row in claimed:
            taken[row.webhook_id] += 1
            if taken[row.webhook_id] <= PER_WEBHOOK:
                fitting.append(row)
            else:
                queue.release(session, row)
        return fitting

    def _begin(self, session: Session, row: DeliveryRow, now: dt.datetime) -> int:
        if row.reclaimed and row.tries:
            store.end_attempt(session, row.id, row.tries, error="interrupted; it may have arrived")
        return store.begin_attempt(session, row, now)

    def _run(self, row: DeliveryRow, number: int) -> None:
        try:
            with acting(service_context(row.organisation_id)):
                self._deliver(row, number)
        except LeaseLost:
            log.warning("a delivery was taken over or given up", delivery=str(row.id))
        except Exception as error:
            # Its lease runs out, and then it is tried again.
            log.error("delivery broke", delivery=str(row.id), exc_info=error)
        finally:
            self._under_way[row.webhook_id] -= 1
            if not self._under_way[row.webhook_id]:
                del self._under_way[row.webhook_id]

    def _deliver(self, row: DeliveryRow, number: int) -> None:
        with self._store.reading(row.organisation_id) as session:
            webhook = store.find_webhook(session, row.webhook_id)
        if webhook is None:
            return  # it was removed, and its deliveries with it
        begun = time.monotonic()
        if webhook.active or row.event is WebhookEvent.TEST:
            outcome, response = self._request(webhook, row)
        else:
            outcome, response = Outcome(error="the webhook is switched off", final=True), None
        seconds = time.monotonic() - begun
        ATTEMPTS.labels("webhooks", "ok" if outcome.arrived else "failed").observe(seconds)
        with self._store.transaction(row.organisation_id) as session:
            store.end_attempt(
                session,
                row.id,
                number,
                milliseconds=round(seconds * 1000),
                status=outcome.status,
                response=response,
                error=outcome.error,
            )
            self._settle(session, webhook, row, outcome)

    def _request(self, webhook: WebhookRow, row: DeliveryRow) -> tuple[Outcome, str | None]:
        now, body = _now(), row.body.encode()
        try:
            keys = secrets_of(webhook, self._vault, now)
            signed = signing.headers(str(row.event_id), int(now.timestamp()), body, keys)
            headers = {"Content-Type": "application/json", "User-Agent": "Fairlead-Webhooks/1"}
            answer = self._client.request(
                "POST", webhook.url, headers=headers | signed, body=body, bounds=BOUNDS
            )
        except Refused as error:
            return Outcome(error=error.text, final=True), None
        except Unreached as error:
            return Outcome(error=error.text), None
        except Failure as error:
            return Outcome(error=error.message), None
        # What stands there is shown to people: no NUL, which PostgreSQL keeps none of.
        response = answer.body.decode("utf-8", "replace").replace("\0", "\ufffd")
        retry_after = answer.headers.get("retry-after")
        moved = "a redirect is not followed" if 300 <= answer.status < 400 else None
        return Outcome(answer.status, moved, retry_after), response

    def _settle(
        self, session: Session, webhook: WebhookRow, row: DeliveryRow, outcome: Outcome
    ) -> None:
        now = _now()
        if outcome.arrived:
            if webhook.failing_since is not None:
                store.webhook(session, webhook.id, locked=True)
                store.set_failing(session, webhook.id, None)
            queue.finish(session, row, now=now)
            store.settle(session, row.id, WebhookDeliveryState.DELIVERED, outcome.status)
            return
        webhook = store.webhook(session, webhook.id, locked=True)
        error = outcome.error or f"HTTP {outcome.status}"
        wait = retrying.wait(row.attempts, outcome, now=now.timestamp())
        test = row.event is WebhookEvent.TEST  # it is looked at, and made again
        if wait is None or test:
            queue.postpone(session, row, now=now, seconds=0.0, error=error)
            store.give_up(session, row.id, now)
            store.settle(session, row.id, WebhookDeliveryState.FAILED, outcome.status)
        else:
            queue.postpone(session, row, now=now, seconds=wait, error=error)
            store.settle(session, row.id, WebhookDeliveryState.WAITING, outcome.status)
        if webhook.active and not test:
            if webhook.failing_since is None:
                store.set_failing(session, webhook.id, now)
            self._disable_where_due(session, webhook, outcome, error, now)

    def _disable_where_due(
        self,
        session: Session,
        webhook: WebhookRow,
        outcome: Outcome,
        error: str,
        now: dt.datetime,
    ) -> None:
        """Switch a webhook off that wants no more, or at which nothing has arrived for long."""
        id, since = webhook.id, webhook.failing_since or now
        gone = outcome.status == retrying.GONE
        long = (now - since).total_seconds() >= retrying.DISABLED_AFTER
        if not (gone or long):
            return
        reason = f"nothing arrived since {since:%Y-%m-%d %H:%M} UTC: {error}"
        if gone:
            reason = "the receiver answered 410: it wants no more"
        webhook.active, webhook.disabled_reason = False, reason[:500]
        session.flush()
        store.give_up_waiting(session, id, now, "the webhook was switched off")
        publish(
            session,
            NotificationRaised(
                kind=NotificationKind.WEBHOOK_FAILING,
                to=Audience(roles=[Role.OWNER, Role.ADMIN]),
                title="A webhook was switched off",
                text=f"{webhook.url[:300]}: {reason}"[:2000],
                dedupe_key=f"webhook_failing:{id}:{webhook.version}",
                at=now,
                target=Target(entity="webhook", id=id),
            ),
        )
        record(
            session, "webhook.disabled", entity="webhook", id=id, label=webhook.url,
            before={"active": True}, after={"active": False, "reason": webhook.disabled_reason},
        )  # fmt: skip


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
