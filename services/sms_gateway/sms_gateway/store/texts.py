"""Texts on their way out, their parts, and what carriers said of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from contextlib import suppress
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from contracts.channels import DeliveryStatus
from fairlead.store import LeaseLost, Order, Page, claim, in_turn, insert_into, page, queue

from ..domain.parts import MOST_PARTS
from ..domain.progress import PartState, Progress, later, of_parts
from ..domain.receipts import State
from .tables import ConnectionRow, PartRow, ReceiptRow, ReferenceRow, TextRow

LEASE = dt.timedelta(seconds=45)
RENEW_SECONDS = 10.0
_NEWEST = Order(TextRow.queued_at.desc(), TextRow.id.desc())
_GONE = frozenset({PartState.UNCERTAIN, PartState.SENT, PartState.DELIVERED})
_TOLD = {State.DELIVERED: PartState.DELIVERED, State.FAILED: PartState.FAILED}


def add(session: Session, text: TextRow) -> None:
    """Take a text in, with its parts; they wait, unless it is refused at once."""
    refused = text.status == DeliveryStatus.FAILED.value
    session.add(text)
    session.add_all(
        PartRow(
            text_id=text.id,
            number=number,
            connection_id=text.connection_id,
            state=PartState.FAILED if refused else PartState.WAITING,
        )
        for number in range(1, text.parts + 1)
    )
    session.flush()


def next_reference(session: Session, number: str) -> int:
    """A number for a text of several parts: another one than the last texts to this phone had."""
    insert = insert_into(session, ReferenceRow)
    statement = (
        insert.values(number=number, last=1)
        .on_conflict_do_update(
            index_elements=[ReferenceRow.organisation_id, ReferenceRow.number],
            set_={"last": (ReferenceRow.last + 1) % 65_536},
        )
        .returning(ReferenceRow.last)
    )
    return int(session.execute(statement).scalar_one())


def claim_due(
    session: Session, owner: str, now: dt.datetime, limit: int, connections: Collection[UUID]
) -> list[TextRow]:
    """Texts that are due on these connections, leased to `owner`."""
    return claim(
        session,
        TextRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE.total_seconds(),
        where=[TextRow.connection_id.in_(connections)],
    )


def overdue(
    session: Session, now: dt.datetime, told_until: dt.datetime, limit: int
) -> Sequence[TextRow]:
    """Texts that are not closed and are to be: those that can no longer leave, as their validity
    is over or their connection removed, and those that left and were valid to `told_until`. Held
    until the transaction ends; what is being sent is left out."""
    gone = sa.select(ConnectionRow.id).where(ConnectionRow.removed.is_(True))
    idle = TextRow.lease_until.is_(None) | (TextRow.lease_until <= now)
    here = TextRow.done_at.is_(None) & idle
    return session.scalars(
        sa.select(TextRow)
        .where(
            TextRow.closed_at.is_(None),
            (here & ((TextRow.valid_until <= now) | TextRow.connection_id.in_(gone)))
            | (TextRow.done_at.is_not(None) & (TextRow.valid_until <= told_until)),
        )
        .order_by(TextRow.valid_until, TextRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=TextRow)
    ).all()


def renew(session: Session, held: Sequence[TextRow], now: dt.datetime) -> None:
    """Keep what is being sent."""
    for text in held:
        with suppress(LeaseLost):
            queue.renew(session, text, now=now, lease_seconds=LEASE.total_seconds())


def locked(session: Session, id: UUID) -> TextRow | None:
    """A text, held until the transaction ends."""
    return session.scalars(
        sa.select(TextRow)
        .where(TextRow.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def parts(session: Session, text_id: UUID) -> list[PartRow]:
    """The parts of a text in their order."""
    return list(
        session.scalars(
            sa.select(PartRow)
            .where(PartRow.text_id == text_id)
            .order_by(PartRow.number)
            .execution_options(populate_existing=True)
        )
    )


def paid_and_refused(session: Session, text: TextRow) -> tuple[int, int]:
    """How many parts the carrier took, and how many will never be sent. When nothing is waited for
    any more, what it may have taken counts as taken: it may be on its bill."""
    known = parts(session, text.id)
    went = {PartState.DELIVERED} if text.closed_at is None else _GONE
    taken = [each for each in known if each.key or each.state in went]
    refused = [each for each in known if each.state is PartState.FAILED and not each.key]
    return len(taken), len(refused)


def known_by(session: Session, key: str) -> None:
    """Before a name that a carrier gave is written to its part or looked for: the answer that gives
    it and the receipt that has it may come at one moment, and neither would see the other. By
    whichever connection: a receiver brings receipts of what a transmitter sent."""
    in_turn(session, "key", key)


def parts_called(session: Session, connection_id: UUID, key: str) -> list[PartRow]:
    """The parts that a carrier calls so: one, or all that a text has. Of the latest text, as ids
    come again after a while."""
    found = session.scalars(
        sa.select(PartRow)
        .where(PartRow.connection_id == connection_id, PartRow.key == key)
        .order_by(PartRow.text_id.desc(), PartRow.number)
        .limit(MOST_PARTS)
    ).all()
    return [each for each in found if each.text_id == found[0].text_id]


def note(session: Session, part: PartRow, state: PartState, reason: str | None) -> None:
    """A part reached a state; an earlier one changes nothing."""
    stands = later(part.state, state)
    if stands is not part.state:
        part.state, part.reason = stands, reason


def told(state: State) -> PartState | None:
    """What a receipt's state makes of a part, if anything."""
    return _TOLD.get(state)


def add_up(session: Session, text: TextRow) -> tuple[Progress, bool]:
    """Write what the parts tell into the text's row; returns it, and whether it is news."""
    session.flush()
    known = parts(session, text.id)
    progress = of_parts([part.state for part in known])
    news = (text.status, text.delivered) != (progress.status.value, progress.delivered)
    # A part of a text that failed may still turn out to be taken, or not: that is paid, or not.
    news = news or progress.status is DeliveryStatus.FAILED
    text.status, text.delivered = progress.status.value, progress.delivered
    failed = [part.reason for part in known if part.state is PartState.FAILED]
    doubtful = [part.reason for part in known if part.state is PartState.UNCERTAIN]
    text.reason = next((each for each in [*failed, *doubtful] if each), None)
    return progress, news


def park(session: Session, receipt: ReceiptRow) -> None:
    """Keep a receipt until its part is known."""
    session.add(receipt)


def parked(session: Session, connection_id: UUID, key: str) -> list[ReceiptRow]:
    """Take the receipts that waited for a part, in the order they came."""
    rows = list(
        session.scalars(
            sa.select(ReceiptRow)
            .where(ReceiptRow.connection_id == connection_id, ReceiptRow.key == key)
            .order_by(ReceiptRow.at, ReceiptRow.id)
        )
    )
    for row in rows:
        session.delete(row)
    return rows


def orphans(
    session: Session, before: dt.datetime, limit: int
) -> Sequence[tuple[ReceiptRow, TextRow]]:
    """Receipts that have waited since `before`, each with the one text whose answer never came, of
    the same connection and to the phone that the receipt tells of, and sent before it. Those that
    could be of several texts stand in nobody's way."""
    other = aliased(TextRow)
    another = sa.exists().where(
        other.organisation_id == ReceiptRow.organisation_id,
        other.connection_id == ReceiptRow.connection_id,
        other.number == ReceiptRow.number,
        other.queued_at <= ReceiptRow.at,
        other.status == DeliveryStatus.UNCERTAIN.value,
        other.id != TextRow.id,
    )
    doubtful = sa.exists().where(
        PartRow.organisation_id == TextRow.organisation_id,
        PartRow.text_id == TextRow.id,
        PartRow.state == PartState.UNCERTAIN,
    )
    rows = session.execute(
        sa.select(ReceiptRow, TextRow)
        .join(
            TextRow,
            sa.and_(
                TextRow.organisation_id == ReceiptRow.organisation_id,
                TextRow.connection_id == ReceiptRow.connection_id,
                TextRow.number == ReceiptRow.number,
                TextRow.queued_at <= ReceiptRow.at,
                TextRow.status == DeliveryStatus.UNCERTAIN.value,
            ),
        )
        .where(ReceiptRow.at <= before, doubtful, ~another)
        .order_by(ReceiptRow.at, ReceiptRow.id)
        .limit(limit)
    )
    return [(receipt, text) for receipt, text in rows]


def forget_parked(session: Session, before: dt.datetime) -> None:
    """Receipts whose part never came."""
    session.execute(sa.delete(ReceiptRow).where(ReceiptRow.at < before))


def listed(
    session: Session,
    *,
    number: str | None,
    connection_id: UUID | None,
    status: DeliveryStatus | None,
    cursor: str | None,
    limit: int,
) -> Page[TextRow]:
    """A page of what was sent, the newest first."""
    statement = sa.select(TextRow)
    if number is not None:
        statement = statement.where(TextRow.number == number)
    if connection_id is not None:
        statement = statement.where(TextRow.connection_id == connection_id)
    if status is not None:
        statement = statement.where(TextRow.status == status.value)
    return page(session, statement, _NEWEST, cursor=cursor, limit=limit)
