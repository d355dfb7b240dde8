"""Waits: how long the other side waited for an answer, a row for each (architecture, 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, column, delete, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import ConversationState, Wait, WaitEnd, WaitPage
from fairlead.business_hours import Hours
from fairlead.store import Order, Scoped, insert_into, page, word

from ..domain.turns import BEGINNING, ENDS, Mark, Place, Side, Spell, Turn
from . import settings
from .messages import MessageRow
from .schema import Base

_OPEN = column("ended_at").is_(None)


class WaitRow(Scoped, Base):
    """A wait, named by the message that it began with."""

    __tablename__ = "waits"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index("ix_waits_conversation", "organisation_id", "conversation_id", "started_at", "id"),
        Index("ix_waits_latest", "organisation_id", "started_at", "id"),
        Index(
            "ix_waits_open",
            "organisation_id",
            "started_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[UUID]
    conversation_id: Mapped[UUID]
    contact_id: Mapped[UUID | None]
    started_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[WaitEnd | None] = mapped_column(word(WaitEnd))
    answer_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]


class MarkRow(Scoped, Base):
    """What somebody said by hand of a conversation up to a place; the latest for each place."""

    __tablename__ = "conversation_marks"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "conversation_id", "after_at", "after_id"),
    )

    conversation_id: Mapped[UUID]
    after_at: Mapped[dt.datetime]
    after_id: Mapped[UUID]
    state: Mapped[ConversationState] = mapped_column(word(ConversationState))
    at: Mapped[dt.datetime]
    user_id: Mapped[UUID | None]


LATEST = Order(WaitRow.started_at.desc(), WaitRow.id.desc())
placed = tuple_(MessageRow.at, MessageRow.id)


def begin(session: Session, conversation_id: UUID, contact_id: UUID | None, first: Place) -> None:
    """The other side waits from now on."""
    add(session, conversation_id, contact_id, [Spell(first)])


def end(session: Session, conversation_id: UUID, turn: Turn) -> None:
    """Our `turn` ends the wait that is open."""
    row = session.scalars(
        select(WaitRow).where(WaitRow.conversation_id == conversation_id, _OPEN)
    ).first()
    if row is not None:
        row.ended_at, row.answer_id = turn.place
        row.ended_by, row.user_id = ENDS[turn.side], turn.user_id


def mark(session: Session, conversation_id: UUID, mark: Mark) -> None:
    """Keep what somebody said by hand."""
    values = {"state": mark.state, "at": mark.at, "user_id": mark.user_id}
    session.execute(
        insert_into(session, MarkRow)
        .values(
            conversation_id=conversation_id,
            after_at=mark.after[0],
            after_id=mark.after[1],
            **values,
        )
        .on_conflict_do_update(
            index_elements=[
                MarkRow.organisation_id,
                MarkRow.conversation_id,
                MarkRow.after_at,
                MarkRow.after_id,
            ],
            set_=values,
        )
    )


def between(
    session: Session, conversation_id: UUID, place: Place
) -> tuple[Place, Place | None, list[Turn], list[Mark]]:
    """What the waits around `place` follow from: the turns from the answer before it to the answer
    after it, both among them, with where these bounds are, and the marks there."""
    ours = MessageRow.side.in_([Side.PERSON, Side.ASSISTANT])
    here = select(MessageRow.at, MessageRow.id).where(
        MessageRow.conversation_id == conversation_id, ours
    )
    before = session.execute(
        here.where(placed < place).order_by(MessageRow.at.desc(), MessageRow.id.desc()).limit(1)
    ).first()
    after = session.execute(
        here.where(placed > place).order_by(MessageRow.at, MessageRow.id).limit(1)
    ).first()
    low: Place = (before.at, before.id) if before else BEGINNING
    high: Place | None = (after.at, after.id) if after else None
    return (
        low,
        high,
        _turns(session, conversation_id, low, high),
        _marks(session, conversation_id, low, high),
    )


def replace(
    session: Session,
    conversation_id: UUID,
    contact_id: UUID | None,
    bounds: tuple[Place, Place | None],
    spells: Iterable[Spell],
) -> None:
    """Let these be the waits that began within `bounds`."""
    low, high = bounds
    began = tuple_(WaitRow.started_at, WaitRow.id)
    gone = delete(WaitRow).where(WaitRow.conversation_id == conversation_id, began >= low)
    if high is not None:
        gone = gone.where(began <= high)
    session.execute(gone.execution_options(synchronize_session="fetch"))
    add(session, conversation_id, contact_id, spells)


def add(
    session: Session, conversation_id: UUID, contact_id: UUID | None, spells: Iterable[Spell]
) -> None:
    """Keep waits of a conversation."""
    for spell in spells:
        session.add(
            WaitRow(
                id=spell.first[1],
                conversation_id=conversation_id,
                contact_id=contact_id,
                started_at=spell.first[0],
                ended_at=spell.ended_at,
                ended_by=spell.ended_by,
                answer_id=spell.answer_id,
                user_id=spell.user_id,
            )
        )
    session.flush()


def give(session: Session, conversation_id: UUID, contact_id: UUID) -> None:
    """Let it be this contact who waits, and waited, in a conversation."""
    session.execute(
        update(WaitRow)
        .where(WaitRow.conversation_id == conversation_id)
        .values(contact_id=contact_id)
        .execution_options(synchronize_session="fetch")
    )


def open_since(session: Session, conversation_id: UUID) -> dt.datetime | None:
    """Since when the other side of a conversation waits."""
    return session.scalars(
        select(WaitRow.started_at).where(WaitRow.conversation_id == conversation_id, _OPEN)
    ).first()


def listed(
    session: Session,
    *,
    conversation_id: UUID | None,
    open: bool | None,
    ended_by: WaitEnd | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    cursor: str | None,
    limit: int,
    now: dt.datetime,
) -> WaitPage:
    """A page of waits as they are `now`, those that began last first; `until` is not in it."""
    statement = select(WaitRow)
    if conversation_id is not None:
        statement = statement.where(WaitRow.conversation_id == conversation_id)
    if open is not None:
        statement = statement.where(_OPEN if open else WaitRow.ended_at.is_not(None))
    if ended_by is not None:
        statement = statement.where(WaitRow.ended_by == ended_by)
    if since is not None:
        statement = statement.where(WaitRow.started_at >= since)
    if until is not None:
        statement = statement.where(WaitRow.started_at < until)
    found = page(session, statement, LATEST, cursor=cursor, limit=limit)
    running = run(session, (row.started_at for row in found.items if not row.ended_at), now)
    hours = settings.hours(session)
    return WaitPage(waits=[_view_of(row, hours, running) for row in found.items], cursor=found.next)


def run(
    session: Session, starts: Iterable[dt.datetime], now: dt.datetime
) -> dict[dt.datetime, int]:
    """How many seconds have passed since each of these moments while somebody is there."""
    began = set(starts)
    hours = settings.hours(session) if began else None
    if hours is None:
        counted = {start: (now - start).total_seconds() for start in began}
    else:
        counted = hours.business_seconds_since(began, now)
    return {start: max(int(seconds), 0) for start, seconds in counted.items()}


def _turns(session: Session, conversation_id: UUID, low: Place, high: Place | None) -> list[Turn]:
    wanted = select(MessageRow.at, MessageRow.id, MessageRow.side, MessageRow.author_id).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.side.is_not(None),
        placed >= low,
    )
    if high is not None:
        wanted = wanted.where(placed <= high)
    return [Turn((row.at, row.id), row.side, row.author_id) for row in session.execute(wanted)]


def _marks(session: Session, conversation_id: UUID, low: Place, high: Place | None) -> list[Mark]:
    after = tuple_(MarkRow.after_at, MarkRow.after_id)
    wanted = select(MarkRow).where(MarkRow.conversation_id == conversation_id, after >= low)
    if high is not None:
        wanted = wanted.where(after <= high)
    return [
        Mark((row.after_at, row.after_id), row.state, row.at, row.user_id)
        for row in session.scalars(wanted)
    ]


def _view_of(row: WaitRow, hours: Hours | None, running: Mapping[dt.datetime, int]) -> Wait:
    ended = row.ended_at
    seconds = (ended - row.started_at).total_seconds() if ended else None
    counted = seconds
    if ended is None:
        counted = running[row.started_at]
    elif hours is not None:
        counted = hours.business_seconds(row.started_at, ended)
    return Wait(
        id=row.id,
        conversation_id=row.conversation_id,
        contact_id=row.contact_id,
        started_at=row.started_at,
        ended_at=ended,
        ended_by=row.ended_by,
        ended_by_user_id=row.user_id,
        answer_id=row.answer_id,
        seconds=None if seconds is None else int(seconds),
        business_seconds=None if counted is None else int(counted),
    )
