"""Mails on their way out, and what became of them."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus, EmailQueued
from fairlead.store import LeaseLost, claim, insert_into, queue

from .tables import DispatchRow, LetterRow, UnsubscribeRow

# An SMTP server may take ten minutes to answer (RFC 5321 4.5.3.2.6); a worker that lives renews its
# leases all the while, so that the mails of one that died are not late by as much.
LEASE = dt.timedelta(seconds=45)
RENEW_SECONDS = 10.0


def add(session: Session, queued: EmailQueued, now: dt.datetime, *, notice: bool = False) -> None:
    """Take a message, or a notice, in: one dispatch for each recipient, due at once."""
    session.execute(sa.insert(LetterRow), [{"message_id": queued.message_id, "queued": queued}])
    session.execute(
        sa.insert(DispatchRow),
        [
            {
                "id": recipient.delivery_id,
                "message_id": queued.message_id,
                "connection_id": queued.connection_id,
                "address": recipient.mailbox.address,
                "status": "queued",
                "due_at": now,
                "notice": notice,
            }
            for recipient in queued.recipients
        ],
    )


def claim_due(
    session: Session, owner: str, now: dt.datetime, limit: int
) -> list[tuple[DispatchRow, EmailQueued]]:
    """Dispatches that are due, of all organisations, to be sent in this order; leased to `owner`,
    who claims once."""
    rows = claim(
        session,
        DispatchRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE.total_seconds(),
        in_order=True,
    )
    if not rows:
        return []
    wanted = sa.select(LetterRow).where(LetterRow.message_id.in_({row.message_id for row in rows}))
    letters = {letter.message_id: letter.queued for letter in session.scalars(wanted)}
    return [(row, letters[row.message_id]) for row in rows]


def renew(
    session: Session, dispatches: Sequence[DispatchRow], now: dt.datetime
) -> list[DispatchRow]:
    """Keep what is being sent; returns what is ours still, and not done meanwhile or lost."""
    kept = []
    for dispatch in dispatches:
        with contextlib.suppress(LeaseLost):
            queue.renew(session, dispatch, now=now, lease_seconds=LEASE.total_seconds())
            kept.append(dispatch)
    return kept


def first_open(session: Session, id: UUID, now: dt.datetime, *, machine: bool) -> bool:
    """Note that a person, or a machine, opened the mail; returns whether it was the first."""
    column = DispatchRow.loaded_at if machine else DispatchRow.opened_at
    result = session.execute(
        sa.update(DispatchRow)
        .where(DispatchRow.id == id, column.is_(None))
        .values({column: now})
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


KNOWN_AFTER = dt.timedelta(days=1)  # in which the inbox learns who left, and sends him no more


def unsubscribe(session: Session, address: str, now: dt.datetime) -> bool:
    """The address wants no bulk mail; returns whether that was not said within the last day."""
    insert = insert_into(session, UnsubscribeRow).values(address=address.lower(), at=now)
    said = session.execute(
        insert.on_conflict_do_update(
            index_elements=[UnsubscribeRow.organisation_id, UnsubscribeRow.address],
            set_={"at": insert.excluded.at},
            where=UnsubscribeRow.at < now - KNOWN_AFTER,
        ).returning(UnsubscribeRow.address)
    )
    return said.first() is not None


def stop(session: Session, id: UUID, status: DeliveryStatus, now: dt.datetime) -> None:
    """A report says what became of a mail that may have been taken: it is sent no more.

    One that is being sent right now is not touched; nor is one that no server took yet.
    """
    begun_before = DispatchRow.lease_until <= now  # by a process that died
    session.execute(
        sa.update(DispatchRow)
        .where(
            DispatchRow.id == id,
            DispatchRow.done_at.is_(None),
            sa.or_(
                sa.and_(DispatchRow.doubts > 0, DispatchRow.lease_until.is_(None)), begun_before
            ),
        )
        .values(done_at=now, status=status.value, last_error=None, lease_until=None, owner=None)
        .execution_options(synchronize_session=False)
    )


def get(session: Session, id: UUID) -> DispatchRow | None:
    """One dispatch."""
    return session.scalar(sa.select(DispatchRow).where(DispatchRow.id == id))


def of_message(session: Session, message_id: UUID) -> Sequence[DispatchRow]:
    """The dispatches of a message."""
    return session.scalars(
        sa.select(DispatchRow)
        .where(DispatchRow.message_id == message_id)
        .order_by(DispatchRow.address)
    ).all()


def by_mail_ids(session: Session, ids: Sequence[str]) -> Sequence[DispatchRow]:
    """Dispatches whose mails carry one of these Message-IDs, ours or the provider's, in the order
    of `ids`."""
    wanted = sa.select(DispatchRow).where(
        sa.or_(DispatchRow.mail_id.in_(ids), DispatchRow.given_id.in_(ids))
    )
    places = {id: place for place, id in reversed(list(enumerate(ids)))}

    def place(row: DispatchRow) -> int:
        return min(places.get(id or "", len(ids)) for id in (row.mail_id, row.given_id))

    return sorted(session.scalars(wanted).all(), key=place)


def letter(session: Session, message_id: UUID) -> LetterRow | None:
    """The message as the inbox gave it."""
    return session.scalar(sa.select(LetterRow).where(LetterRow.message_id == message_id))


def is_unsubscribed(session: Session, address: str, queued_at: dt.datetime) -> bool:
    """Whether the address wants no bulk mail, as far as a mail queued at a moment may not know it:
    later ones the inbox sends to nobody who has not agreed again."""
    found = session.scalar(
        sa.select(UnsubscribeRow).where(
            UnsubscribeRow.address == address.lower(),
            UnsubscribeRow.at > queued_at - KNOWN_AFTER,
        )
    )
    return found is not None
