"""Credits: prices, balance and ledger."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.accounts import (
    Balance,
    Charge,
    CreditUse,
    LedgerEntry,
    LedgerKind,
    LedgerPage,
    OrganisationChanged,
    Price,
    PriceHistory,
    PriceList,
)
from contracts.channels import DeliveryUpdated
from contracts.inbox import Inbox
from fairlead.audit import record
from fairlead.context import acting, current, service_context
from fairlead.errors import Invalid
from fairlead.service import EVERYWHERE, Remote, Store, loop, on, publish, rpc

from .. import crediting, staff
from ..domain import settings as settings_rules
from ..domain import spending
from ..store import ledger, people
from ..views import balance_of, ledger_entry_of, organisation_of, price_version_of

MOST_DAYS = 400
# Longer than any call of the inbox that could still accept the messages of a hold takes.
QUIET = dt.timedelta(minutes=5)
ASKED_AT_ONCE = 200


class Crediting:
    """What sending costs, and what is left."""

    store = Store()
    inbox = Remote(Inbox)

    @rpc
    def get_credits(self) -> Balance:
        """What is left."""
        with self.store.reading() as session:
            row = staff.organisation(session, current().need_organisation())
            return balance_of(ledger.balance(session), crediting.prices_of(row))

    @rpc
    def get_prices(self) -> PriceList:
        """What sending costs."""
        with self.store.reading() as session:
            row = staff.organisation(session, current().need_organisation())
            return crediting.prices_of(row)

    @rpc
    def set_prices(self, *, prices: list[Price], low_balance: int, version: int) -> PriceList:
        """Replace the price list."""
        spending.check(prices)
        with self.store.transaction() as session:
            before, row = crediting.set_prices(session, prices, low_balance, version)
            after = crediting.prices_of(row)
            publish(session, OrganisationChanged(organisation=organisation_of(row)))
            record(
                session,
                "prices.changed",
                entity="prices",
                id=row.organisation_id,
                label=row.name,
                before=before,
                after=after,
            )
            return after

    @rpc
    def price_history(self, *, cursor: str | None, limit: int) -> PriceHistory:
        """Price lists that were, the newest first."""
        with self.store.reading() as session:
            found = ledger.price_lists(session, cursor=cursor, limit=limit)
            versions = [price_version_of(row) for row in found.items]
            return PriceHistory(versions=versions, cursor=found.next)

    @rpc
    def top_up(self, *, credits: int, note: str, request_id: str) -> LedgerEntry:
        """Add credits, once for each request id."""
        note = settings_rules.check_text(note, "note")
        with self.store.transaction() as session:
            entry, new = crediting.top_up(session, credits, note, request_id)
            if new:
                record(
                    session,
                    "credits.topped_up",
                    entity="credits",
                    id=entry.id,
                    label=note,
                    after={"credits": credits, "balance": entry.balance},
                )
            return ledger_entry_of(entry)

    @rpc
    def list_ledger(
        self,
        *,
        kind: LedgerKind | None,
        user: UUID | None,
        delivery_id: UUID | None,
        cursor: str | None,
        limit: int,
    ) -> LedgerPage:
        """What happened to the balance, the newest first."""
        with self.store.reading() as session:
            found = ledger.entries(
                session, kind=kind, user=user, delivery_id=delivery_id, cursor=cursor, limit=limit
            )
            entries = [ledger_entry_of(row) for row in found.items]
            return LedgerPage(entries=entries, cursor=found.next)

    @rpc
    def credit_use(self, *, start: dt.date, end: dt.date) -> list[CreditUse]:
        """What was taken by day, sender and channel."""
        if not 0 <= (end - start).days < MOST_DAYS:
            raise Invalid.field("accounts.invalid", "end", f"is not within {MOST_DAYS} days")
        with self.store.reading() as session:
            names = {row.id: row.name for row in people.users(session)}
            return [
                CreditUse(
                    day=day,
                    user=user,
                    user_name=names.get(user) if user else None,
                    channel=channel,
                    mode=mode,
                    units=units,
                    credits=spent,
                )
                for day, user, channel, mode, units, spent in ledger.use(session, start, end)
            ]

    @rpc
    def reserve_credits(
        self, *, hold: UUID, charges: list[Charge], user: UUID | None, user_name: str
    ) -> int:
        """Set aside what deliveries cost."""
        with self.store.transaction() as session:
            return crediting.reserve(session, hold, charges, user, user_name)

    @rpc
    def release_hold(self, *, hold: UUID) -> None:
        """Give back what a hold has reserved."""
        with self.store.transaction() as session:
            crediting.release(session, [hold])

    @on(DeliveryUpdated)
    def settle_delivery(self, event: DeliveryUpdated) -> None:
        """Take or release what a delivery has reserved."""
        with self.store.reading() as session:
            if not ledger.is_reserved(session, event.delivery_id):
                return  # it was free: most are
        with self.store.once() as session:
            crediting.settle(session, event)

    @loop(every=60.0)
    def settle_holds(self) -> bool:
        """Ask the inbox of holds of which nothing was heard: whoever had them may have died."""
        before = dt.datetime.now(dt.UTC) - QUIET
        with self.store.reading(EVERYWHERE) as session:
            quiet = ledger.open_holds(session, before, ASKED_AT_ONCE)
        for organisation, holds in quiet.items():
            with acting(service_context(organisation)):
                used = set(self.inbox.settle_holds(ids=holds))
                with self.store.transaction() as session:
                    crediting.accept(session, [each for each in holds if each in used])
                    crediting.release(session, [each for each in holds if each not in used])
        return sum(map(len, quiet.values())) == ASKED_AT_ONCE
