"""What the inbox knows of proposals: as much as a message says of one."""

from __future__ import annotations

import datetime as dt

import msgspec

from contracts.common import Money
from contracts.itineraries import Proposal


class Offer(msgspec.Struct, frozen=True):
    """A proposal in its latest version, without who read and answered it."""

    reference: str
    number: int
    title: str
    start: dt.date
    end: dt.date
    total: Money | None
    expires_at: dt.datetime | None


def offer_of(proposal: Proposal) -> Offer:
    """As much of `proposal` as is kept."""
    content = proposal.content
    return Offer(
        reference=proposal.reference,
        number=proposal.number,
        title=content.title,
        start=content.start,
        end=content.end,
        total=content.total,
        expires_at=proposal.expires_at,
    )
