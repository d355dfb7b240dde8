"""What carriers brought: kept first, then understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from fairlead.store import claim, in_turn

from .tables import IncomingRow

LEASE_SECONDS = 30.0
LAST_ATTEMPT = 5
SEEN = ""  # in place of a session
# So long a carrier may bring again what it saw no answer to.
AGAIN_WITHIN = dt.timedelta(minutes=30)
# So long the other parts of a text may take.
WHOLE_WITHIN = dt.timedelta(hours=24)


def brought_before(session: Session, row: IncomingRow) -> IncomingRow | None:
    """What `row` is once more, if it is: the same, of another session, whose answer the carrier
    may not have read. It counts as brought by this session then, so it stands for one only."""
    in_turn(session, "incoming", row.connection_id, row.fingerprint)
    found = session.scalars(
        sa.select(IncomingRow)
        .where(
            IncomingRow.connection_id == row.connection_id,
            IncomingRow.fingerprint == row.fingerprint,
            IncomingRow.session.not_in([SEEN, row.session]),
            IncomingRow.received_at > row.received_at - AGAIN_WITHIN,
        )
        .order_by(IncomingRow.received_at, IncomingRow.id)
        .limit(1)
        .with_for_update()
    ).first()
    if found is not None:
        found.session = row.session
    return found


def note_seen(session: Session, ids: Collection[UUID]) -> None:
    """The carrier has read our answers to these: it will not bring them again."""
    session.execute(sa.update(IncomingRow).where(IncomingRow.id.in_(ids)).values(session=SEEN))


def claim_due(session: Session, owner: str, now: dt.datetime, limit: int) -> list[IncomingRow]:
    """What is to be worked on in this order, leased to `owner`, who claims once."""
    return claim(
        session,
        IncomingRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE_SECONDS,
        in_order=True,
    )


def whole(session: Session, row: IncomingRow) -> Sequence[IncomingRow]:
    """All that came of the text of which `row` is a part, by number, each once."""
    rows = session.scalars(
        sa.select(IncomingRow)
        .where(
            IncomingRow.connection_id == row.connection_id,
            IncomingRow.source == row.source,
            IncomingRow.destination == row.destination,
            IncomingRow.reference == row.reference,
            IncomingRow.total == row.total,
            IncomingRow.received_at > row.received_at - WHOLE_WITHIN,
            IncomingRow.done_at.is_(None),
        )
        .order_by(IncomingRow.number, IncomingRow.received_at)
    ).all()
    return list({each.number: each for each in reversed(rows)}.values())[::-1]
