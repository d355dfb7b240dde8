"""Callbacks of carriers, as they came: kept first, then understood."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from fairlead.store import claim, insert_into, new_id

from .tables import CallbackRow

LEASE_SECONDS = 30.0
LAST_ATTEMPT = 5


def keep(session: Session, **values: object) -> None:
    """Keep a callback; the same once more changes nothing."""
    session.execute(
        insert_into(session, CallbackRow)
        .values(id=new_id(), **values)
        .on_conflict_do_nothing(
            index_elements=[
                CallbackRow.organisation_id,
                CallbackRow.connection_id,
                CallbackRow.key,
            ]
        )
    )


def claim_due(session: Session, owner: str, now: dt.datetime, limit: int) -> list[CallbackRow]:
    """What is to be worked on in this order, leased to `owner`, who claims once."""
    return claim(
        session,
        CallbackRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE_SECONDS,
        in_order=True,
    )
