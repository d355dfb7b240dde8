"""Messages to many, and their recipients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import (
    Draft,
    Mailing,
    MailingPage,
    MailingRecipient,
    MailingRecipientPage,
    MailingRecipientState,
    MailingState,
    Problem,
    Selection,
)
from fairlead.errors import NotFound
from fairlead.store import Json, Order, Scoped, page, word

from .schema import Base


class MailingRow(Scoped, Base):
    """A message to many. `job_id` is that which works on it, or did."""

    __tablename__ = "mailings"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index("ix_mailings_request", "organisation_id", "request_id", unique=True),
    )

    id: Mapped[UUID]
    request_id: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(200))
    draft: Mapped[Draft] = mapped_column(Json(Draft))
    selection: Mapped[Selection] = mapped_column(Json(Selection))
    per_minute: Mapped[int]
    state: Mapped[MailingState] = mapped_column(word(MailingState))
    reason: Mapped[str] = mapped_column(Text)
    job_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime]
    version: Mapped[int]


class RecipientRow(Scoped, Base):
    """One of its recipients, by the `number` in its list."""

    __tablename__ = "mailing_recipients"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "mailing_id", "number"),
        Index("ix_mailing_recipients_state", "organisation_id", "mailing_id", "state", "number"),
        Index("ix_mailing_recipients_address", "organisation_id", "mailing_id", "address_key"),
    )

    mailing_id: Mapped[UUID]
    number: Mapped[int]
    state: Mapped[MailingRecipientState] = mapped_column(word(MailingRecipientState))
    contact_id: Mapped[UUID | None]
    itinerary_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(500))
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    preview: Mapped[str] = mapped_column(String(200))
    problems: Mapped[list[Problem]] = mapped_column(Json(list[Problem]))
    units: Mapped[int]
    credits: Mapped[int]
    message_id: Mapped[UUID | None]


_NEWEST = Order(MailingRow.id.desc())
_LISTED = Order(RecipientRow.number)
_GONE_OUT = (MailingRecipientState.SENT, MailingRecipientState.SCHEDULED)
_COUNTED = (MailingRecipientState.READY, *_GONE_OUT)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many recipients stand where, and what the ready and sent ones cost."""

    total: int = 0
    ready: int = 0
    left_out: int = 0
    sent: int = 0
    credits: int = 0


def requested(session: Session, request_id: str) -> MailingRow | None:
    """What a request made."""
    return session.scalars(select(MailingRow).where(MailingRow.request_id == request_id)).first()


def get(session: Session, id: UUID, *, lock: bool = False) -> MailingRow:
    """A message to many, with `lock` held until the transaction ends; raises NotFound."""
    wanted = select(MailingRow).where(MailingRow.id == id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(wanted).first()
    if row is None:
        raise NotFound("inbox.mailing_not_found", "There is no such message to many")
    return row


def counts(session: Session, ids: Collection[UUID]) -> dict[UUID, Counts]:
    """The counts of each."""
    wanted = (
        select(
            RecipientRow.mailing_id,
            RecipientRow.state,
            func.count(),
            func.sum(RecipientRow.credits),
        )
        .where(RecipientRow.mailing_id.in_(ids))
        .group_by(RecipientRow.mailing_id, RecipientRow.state)
    )
    by_state: dict[UUID, dict[MailingRecipientState, tuple[int, int]]] = {id: {} for id in ids}
    for id, state, count, credits in session.execute(wanted):
        by_state[id][state] = int(count), int(credits or 0)
    return {id: _added_up(found) for id, found in by_state.items()}


def view(session: Session, row: MailingRow) -> Mailing:
    """A row as it is shown."""
    session.flush()
    return _view(row, counts(session, [row.id])[row.id])


def listed(
    session: Session, *, state: MailingState | None, cursor: str | None, limit: int
) -> MailingPage:
    """A page of them, the newest first."""
    wanted = select(MailingRow)
    if state is not None:
        wanted = wanted.where(MailingRow.state == state)
    found = page(session, wanted, _NEWEST, cursor=cursor, limit=limit)
    known = counts(session, [row.id for row in found.items])
    return MailingPage(
        mailings=[_view(row, known[row.id]) for row in found.items], cursor=found.next
    )


def recipients(
    session: Session,
    id: UUID,
    *,
    state: MailingRecipientState | None,
    cursor: str | None,
    limit: int,
) -> MailingRecipientPage:
    """A page of recipients in the order of the list."""
    wanted = select(RecipientRow).where(RecipientRow.mailing_id == id)
    if state is not None:
        wanted = wanted.where(RecipientRow.state == state)
    found = page(session, wanted, _LISTED, cursor=cursor, limit=limit)
    return MailingRecipientPage(
        recipients=[_recipient(row) for row in found.items], cursor=found.next
    )


def scheduled(session: Session, id: UUID) -> Sequence[RecipientRow]:
    """The recipients whose message waits for the end of their quiet hours."""
    put_off = MailingRecipientState.SCHEDULED
    wanted = select(RecipientRow).where(
        RecipientRow.mailing_id == id, RecipientRow.state == put_off
    )
    return session.scalars(wanted.order_by(RecipientRow.number)).all()


def following(
    session: Session, id: UUID, state: MailingRecipientState, limit: int
) -> Sequence[RecipientRow]:
    """The first recipients in a state."""
    wanted = select(RecipientRow).where(RecipientRow.mailing_id == id, RecipientRow.state == state)
    return session.scalars(wanted.order_by(RecipientRow.number).limit(limit)).all()


def recipient(session: Session, id: UUID, number: int) -> RecipientRow:
    """One recipient, held until the transaction ends."""
    wanted = select(RecipientRow).where(
        RecipientRow.mailing_id == id, RecipientRow.number == number
    )
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one()


def is_taken(session: Session, row: RecipientRow, address_key: str) -> bool:
    """Whether somebody before this one in the list gets the message at an address."""
    wanted = select(RecipientRow.number).where(
        RecipientRow.mailing_id == row.mailing_id,
        RecipientRow.address_key == address_key,
        RecipientRow.number < row.number,
        RecipientRow.state.in_(_COUNTED),
    )
    return session.scalars(wanted.limit(1)).first() is not None


def _added_up(found: dict[MailingRecipientState, tuple[int, int]]) -> Counts:
    def count(*states: MailingRecipientState) -> int:
        return sum(found.get(each, (0, 0))[0] for each in states)

    return Counts(
        total=count(*MailingRecipientState),
        ready=count(MailingRecipientState.READY),
        left_out=count(MailingRecipientState.LEFT_OUT),
        sent=count(*_GONE_OUT),
        credits=sum(found.get(each, (0, 0))[1] for each in _COUNTED),
    )


def _view(row: MailingRow, known: Counts) -> Mailing:
    return Mailing(
        id=row.id,
        label=row.label,
        draft=row.draft,
        selection=row.selection,
        per_minute=row.per_minute,
        state=row.state,
        reason=row.reason,
        total=known.total,
        ready=known.ready,
        left_out=known.left_out,
        sent=known.sent,
        credits=known.credits,
        job=row.job_id,
        author_id=row.author_id,
        author_name=row.author_name,
        created_at=row.created_at,
        version=row.version,
    )


def _recipient(row: RecipientRow) -> MailingRecipient:
    return MailingRecipient(
        number=row.number,
        state=row.state,
        contact_id=row.contact_id,
        itinerary_id=row.itinerary_id,
        name=row.name,
        address=row.address,
        subject=row.subject,
        preview=row.preview,
        problems=row.problems,
        units=row.units,
        credits=row.credits,
        message_id=row.message_id,
    )
