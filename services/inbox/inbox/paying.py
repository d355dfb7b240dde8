"""What messages cost, told before they leave, and set aside while they are accepted (ADR 10).

Other services are asked before the transaction that stores the messages, never inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from msgspec.structs import replace
from sqlalchemy.orm import Session

from contracts.accounts import Accounts, Charge, Price, price_of
from contracts.common import Channel
from contracts.inbox import Cost, MessageView, Preview, Problem
from contracts.sms_gateway import Outlook, SmsGateway, TextToSend
from fairlead.context import acting, current, service_context
from fairlead.errors import Conflict, Failure, Unavailable
from fairlead.store import LeaseLost, new_id

from .clock import utc_now
from .domain.composing import Composed
from .outgoing import Order
from .store import holds

log = structlog.get_logger(__name__)

MISSING = "accounts.credits_missing"
AT_ONCE = 200  # texts that the gateway is asked about


@dataclass(frozen=True, slots=True)
class Bill:
    """What one message costs, and what its channel says against it."""

    charges: list[Charge]
    credits: int
    problems: list[Problem] = field(default_factory=list)

    @property
    def cost(self) -> Cost | None:
        """As it is shown; None for what is free."""
        units = sum(each.units for each in self.charges)
        return Cost(units=units, credits=self.credits) if self.credits else None


@dataclass(slots=True)
class Hold:
    """Credits that are set aside for the deliveries of one call. Without an id it was free."""

    id: UUID | None
    deliveries: frozenset[UUID]
    used: bool = False

    def settle(self, session: Session, sent: Iterable[MessageView]) -> None:
        """Say, in the transaction that stored them, that these messages left by it.

        Messages that an earlier call sent are no use of it.
        """
        theirs = {each.id for message in sent for each in message.deliveries}
        if self.id is not None and self.deliveries <= theirs:
            holds.use(session, self.id, utc_now())
            self.used = True


class Till:
    """Asks what messages cost, and sets it aside."""

    def __init__(self, accounts: Accounts, sms: SmsGateway) -> None:
        self._accounts = accounts
        self._sms = sms

    def bills(self, order: Order, composed: Sequence[Composed]) -> list[Bill]:
        """The bill of each message. Raises Unavailable where a text cannot be measured."""
        if order.draft.channel is not Channel.SMS:
            return [_bill(order, message, [1] * len(message.parties)) for message in composed]
        outlooks = self._outlooks(composed, exact=order.draft.exact)
        made = []
        for message in composed:
            own = [next(outlooks) for _ in message.parties]
            bill = _bill(order, message, [each.parts for each in own])
            bill.problems.extend(
                Problem(field="to", reason=f"{party.mailbox.address}: {each.refused}")
                for party, each in zip(message.parties, own, strict=True)
                if each.refused is not None
            )
            made.append(bill)
        return made

    def shown(
        self, order: Order, composed: Sequence[Composed], previews: Sequence[Preview]
    ) -> list[Preview]:
        """The previews with what each costs, and with what stands in the way of it."""
        try:
            bills = self.bills(order, composed)
        except Unavailable:
            return list(previews)
        wanted = sum(each.credits for each in bills)
        available = self._available() if wanted else None
        problems = []
        if available is not None and wanted > available:
            problems = [Problem(field="credits", reason=_missing(wanted, available))]
        return [
            replace(
                preview,
                cost=bill.cost,
                credits_available=available if bill.credits else None,
                problems=[*preview.problems, *bill.problems, *(problems if bill.credits else [])],
            )
            for preview, bill in zip(previews, bills, strict=True)
        ]

    def check(self, order: Order, composed: Sequence[Composed]) -> None:
        """Raise Conflict where the messages could not be paid now."""
        if not order.prices:
            return
        self.check_total(sum(each.credits for each in self.bills(order, composed)))

    def check_total(self, wanted: int) -> None:
        """Raise Conflict where so many credits are not there."""
        available = self._available() if wanted else None
        if available is not None and wanted > available:
            raise Conflict(MISSING, _missing(wanted, available))

    @contextmanager
    def hold(self, order: Order, composed: Sequence[Composed]) -> Iterator[Hold]:
        """Set aside what the messages cost, for the transaction that stores them.

        Raises Conflict `accounts.credits_missing`. Where the block fails, or does not settle it,
        it is given back; when nobody can tell, accounts asks later.
        """
        hold = self._held(order, composed)
        try:
            yield hold
        except (Failure, LeaseLost):
            self._give_back(hold)
            raise
        if not hold.used:
            self._give_back(hold)

    def _held(self, order: Order, composed: Sequence[Composed]) -> Hold:
        charges: list[Charge] = []
        if order.prices:  # an organisation without a price list sends freely, and asks nobody
            bills = self.bills(order, composed)
            charges = [each for bill in bills if bill.credits for each in bill.charges]
        if not charges:
            return Hold(None, frozenset())
        hold = Hold(new_id(), frozenset(each.delivery_id for each in charges))
        assert hold.id is not None
        person = order.context.user if order.by_person else None
        with _as_service():
            self._accounts.reserve_credits(
                hold=hold.id,
                charges=charges,
                user=person,
                user_name=order.known.author_name if person else "",
            )
        return hold

    def _give_back(self, hold: Hold) -> None:
        if hold.id is None:
            return
        try:
            with _as_service():
                self._accounts.release_hold(hold=hold.id)
        except Failure as error:
            log.warning("hold not given back", hold=str(hold.id), error=str(error))

    def _available(self) -> int | None:
        try:
            with _as_service():
                return self._accounts.get_credits().available
        except Unavailable:
            return None

    def _outlooks(self, composed: Sequence[Composed], *, exact: bool) -> Iterator[Outlook]:
        for connection_id, texts in _by_connection(composed, exact=exact):
            for start in range(0, len(texts), AT_ONCE):
                batch = texts[start : start + AT_ONCE]
                with _as_service():
                    found = self._sms.foresee(texts=batch, connection_id=connection_id)
                yield from found


def _by_connection(
    composed: Sequence[Composed], *, exact: bool
) -> Iterator[tuple[UUID | None, list[TextToSend]]]:
    """The texts in their order, those that follow each other on one connection together."""
    found: list[tuple[UUID | None, list[TextToSend]]] = []
    for message in composed:
        if not found or found[-1][0] != message.connection_id:
            found.append((message.connection_id, []))
        found[-1][1].extend(
            TextToSend(number=party.mailbox.address, text=message.text, exact=exact)
            for party in message.parties
        )
    yield from found


def _bill(order: Order, message: Composed, units: Sequence[int]) -> Bill:
    prices: Sequence[Price] = order.prices
    charges = [
        Charge(
            delivery_id=party.delivery_id,
            channel=order.draft.channel,
            mode=order.mode,
            address=party.mailbox.address,
            units=count,
        )
        for party, count in zip(message.parties, units, strict=True)
        if count
    ]
    credits = sum(
        each.units * price_of(prices, each.channel, each.mode, each.address) for each in charges
    )
    return Bill(charges, credits)


def _missing(wanted: int, available: int) -> str:
    left = f"This costs {wanted} credits and {available} are left"
    return f"{left}: {wanted - available} are missing"


@contextmanager
def _as_service() -> Iterator[None]:
    context = current()
    with acting(service_context(context.need_organisation(), request=context.request)):
        yield
