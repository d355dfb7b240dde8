"""Somebody wants no bulk mail any more: by the page behind a link, or by a mail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from contracts.channels import ConsentWithdrawn
from contracts.common import Channel
from contracts.consents import ConsentKind, ConsentSource
from fairlead.bus import publish
from fairlead.context import service_context

from .store import outgoing
from .store.tables import DispatchRow

# What the inbox marks as bulk: who leaves wants none of it, whichever his mail was.
KINDS = (ConsentKind.MARKETING, ConsentKind.REVIEW)


def leave(session: Session, row: DispatchRow, now: dt.datetime) -> None:
    """The recipient of a mail leaves. Said over and over, it is told once a day."""
    if not outgoing.unsubscribe(session, row.address, now):
        return
    for kind in KINDS:
        withdrawn = ConsentWithdrawn(
            channel=Channel.EMAIL,
            address=row.address,
            kind=kind,
            source=ConsentSource.UNSUBSCRIBE_LINK,
            at=now,
        )
        publish(session, withdrawn, context=service_context(row.organisation_id))
