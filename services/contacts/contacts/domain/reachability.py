"""What deliveries tell about an address: they come in any order and more than once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.channels import DeliveryStatus, DeliveryUpdated
from contracts.common import Channel
from contracts.contacts import Reachability, Scheme

from .person import clean_text

SCHEMES = {
    Channel.EMAIL: Scheme.EMAIL,
    Channel.WHATSAPP: Scheme.WHATSAPP,
    Channel.SMS: Scheme.PHONE,
}
_RANK = {
    Reachability.UNKNOWN: 0,
    Reachability.REACHED: 1,
    Reachability.FAILING: 2,
    Reachability.FAILED: 3,
}
_LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of an address, since when, and why it fails."""

    reachability: Reachability
    at: datetime
    reason: str | None = None

    def later(self, other: Finding) -> Finding:
        """The finding that holds of two: the later, and of one moment the worse.

        In whatever order and however often findings are put together, the same one holds.
        """
        return max(self, other, key=Finding._order)

    def _order(self) -> tuple[datetime, int, str]:
        return self.at, _RANK[self.reachability], self.reason or ""


def finding(event: DeliveryUpdated, now: datetime) -> Finding | None:
    """What an update of a delivery says about the address; None where it says nothing.

    That a provider took a message is no proof, nor is a read that a machine caused: a scanner
    reads before anybody knows whether there is such a mailbox. A moment in the future (a bounce's
    date is its writer's) counts as `now`, or it would hold for ever.
    """
    at = min(event.at, now)
    if event.status is DeliveryStatus.FAILED:
        kind = Reachability.FAILED if event.permanent else Reachability.FAILING
        reason = clean_text(event.reason or event.code or "")[:_LONGEST_REASON]
        return Finding(kind, at, reason or None)
    read = event.status is DeliveryStatus.READ and not event.machine
    if read or event.status is DeliveryStatus.DELIVERED:
        return Finding(Reachability.REACHED, at)
    return None
