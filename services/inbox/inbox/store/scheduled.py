"""Messages that leave later: each a row that waits for its moment, and keeps what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import (
    Index,
    PrimaryKeyConstraint,
    Select,
    String,
    Text,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.channels import Mailbox
from contracts.common import Channel
from contracts.inbox import (
    AuthorKind,
    Draft,
    Problem,
    ScheduledMessage,
    ScheduledPage,
    ScheduleState,
    ScheduleStep,
)
from fairlead.context import Role
from fairlead.store import (
    Claimable,
    Json,
    LeaseLost,
    Order,
    Scoped,
    claim,
    due_index,
    insert_many,
    page,
    queue,
    word,
)

from ..domain.frozen import Frozen
from ..domain.scheduling import Standing
from . import contact_merges, merges
from .conversations import ConversationRow
from .messages import not_found
from .schema import Base

LEASE_SECONDS = 60.0
OPEN = (ScheduleState.WAITING, ScheduleState.HELD)


class ScheduledRow(Scoped, Claimable, Base):
    """A scheduled message. `due_at` is when to try next, `leaves_at` the moment it is planned for;
    `done_at` is set while the clock has nothing to do with it."""

    __tablename__ = "scheduled_messages"
    __table_args__ = (
        due_index("scheduled_messages"),
        Index("ix_scheduled_messages_next", "organisation_id", "state", "leaves_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[ScheduleState] = mapped_column(word(ScheduleState))
    draft: Mapped[Draft] = mapped_column(Json(Draft))
    frozen: Mapped[list[Frozen] | None] = mapped_column(Json(list[Frozen]))
    leaves_at: Mapped[dt.datetime]
    zone: Mapped[str] = mapped_column(String(64))
    zone_said: Mapped[str | None] = mapped_column(String(64))
    undo: Mapped[bool]
    role: Mapped[Role] = mapped_column(word(Role))
    author_kind: Mapped[AuthorKind] = mapped_column(word(AuthorKind))
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(200))
    channel: Mapped[Channel] = mapped_column(word(Channel))
    connection_id: Mapped[UUID | None]
    to: Mapped[list[Mailbox]] = mapped_column(Json(list[Mailbox]))
    contact_ids: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    itinerary_ids: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    subject: Mapped[str] = mapped_column(String(500))
    preview: Mapped[str] = mapped_column(String(200))
    problems: Mapped[list[Problem]] = mapped_column(Json(list[Problem]))
    reason: Mapped[str] = mapped_column(Text)
    message_ids: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    history: Mapped[list[ScheduleStep]] = mapped_column(Json(list[ScheduleStep]))

    @property
    def standing(self) -> Standing:
        """Where it stands, as the rules see it."""
        return Standing(
            self.state, self.leaves_at, self.zone, self.problems, self.reason, self.history
        )

    def stand(self, standing: Standing, now: dt.datetime) -> None:
        """Stand there from now on. Whoever is about to let it leave has lost it."""
        self.state, self.leaves_at, self.zone = standing.state, standing.leaves_at, standing.zone
        self.problems, self.reason = standing.problems, standing.reason
        self.history = standing.history
        self.version += 1
        self.due_at, self.attempts, self.last_error = standing.leaves_at, 0, None
        self.owner, self.lease_until = None, None
        self.done_at = None if standing.state is ScheduleState.WAITING else now


class AboutRow(Scoped, Base):
    """A trip that a scheduled message is about, or a contact whom it goes to.

    `leads` marks the one whose conversation it will stand in; the others get copies.
    """

    __tablename__ = "scheduled_about"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "about_id", "scheduled_id"),
        Index(None, "organisation_id", "scheduled_id"),
    )

    about_id: Mapped[UUID]
    scheduled_id: Mapped[UUID]
    leads: Mapped[bool]


_NEXT = Order(ScheduledRow.leaves_at, ScheduledRow.id)


def add(session: Session, row: ScheduledRow) -> None:
    """Keep a new one."""
    session.add(row)
    session.flush()


def note_about(session: Session, row: ScheduledRow, contacts: Mapping[UUID, bool]) -> None:
    """Let it be found by its trips and by these contacts, and by nothing else; each contact with
    whether it will stand in his conversation."""
    session.execute(
        delete(AboutRow)
        .where(AboutRow.scheduled_id == row.id)
        .execution_options(synchronize_session=False)
    )
    about = {**dict.fromkeys(row.itinerary_ids, False), **contacts}
    if about:
        rows = [
            {"about_id": each, "scheduled_id": row.id, "leads": leads}
            for each, leads in about.items()
        ]
        insert_many(session, AboutRow, rows)


def locked(session: Session, id: UUID) -> ScheduledRow | None:
    """A scheduled message, held until the transaction ends."""
    return session.scalars(_held(select(ScheduledRow).where(ScheduledRow.id == id))).first()


def get(session: Session, id: UUID) -> ScheduledMessage:
    """A scheduled message as it is shown; raises NotFound."""
    row = session.scalars(select(ScheduledRow).where(ScheduledRow.id == id)).first()
    if row is None:
        raise not_found()
    return view_of(row)


def find(session: Session, ids: Collection[UUID]) -> ScheduledRow | None:
    """The scheduled message among these ids, if one is."""
    return session.scalars(select(ScheduledRow).where(ScheduledRow.id.in_(ids))).first()


def count_open(session: Session) -> int:
    """How many have not left."""
    return session.scalars(
        select(func.count(ScheduledRow.id)).where(ScheduledRow.state.in_(OPEN))
    ).one()


def open_about(session: Session, about_id: UUID) -> Sequence[ScheduledRow]:
    """Those about a trip or contact that have not left, held until the transaction ends."""
    about = select(AboutRow.scheduled_id).where(AboutRow.about_id == about_id)
    return session.scalars(_held(_open().where(ScheduledRow.id.in_(about)))).all()


def open_in_zone(session: Session, zone_said: str) -> Sequence[ScheduledRow]:
    """Those whose moment is in the zone that is called so, held until the transaction ends."""
    return session.scalars(_held(_open().where(ScheduledRow.zone_said == zone_said))).all()


def listed(
    session: Session,
    *,
    state: ScheduleState | None,
    itinerary_id: UUID | None,
    contact_id: UUID | None,
    conversation_id: UUID | None,
    author_id: UUID | None,
    channel: Channel | None,
    cursor: str | None,
    limit: int,
) -> ScheduledPage:
    """A page of scheduled messages, the next to leave first."""
    states = OPEN if state is None else (state,)
    statement = select(ScheduledRow).where(ScheduledRow.state.in_(states))
    if itinerary_id is not None:
        statement = statement.where(ScheduledRow.id.in_(_about([itinerary_id])))
    if contact_id is not None:
        together = contact_merges.parts(session, [contact_id])
        statement = statement.where(ScheduledRow.id.in_(_about(together)))
    if conversation_id is not None:
        statement = _of_conversation(session, statement, conversation_id)
    if author_id is not None:
        statement = statement.where(ScheduledRow.author_id == author_id)
    if channel is not None:
        statement = statement.where(ScheduledRow.channel == channel)
    found = page(session, statement, _NEXT, cursor=cursor, limit=limit)
    return ScheduledPage(scheduled=[view_of(row) for row in found.items], cursor=found.next)


def _about(ids: Collection[UUID]) -> Select[UUID]:
    return select(AboutRow.scheduled_id).where(AboutRow.about_id.in_(ids))


def _of_conversation(
    session: Session, statement: Select[ScheduledRow], conversation_id: UUID
) -> Select[ScheduledRow]:
    """To the same contact, by the same channel and connection: there may be none of it yet. What
    goes to another one that is in it will land in it."""
    with_whom = session.scalars(
        select(ConversationRow.contact_id).where(ConversationRow.id == conversation_id)
    ).first()
    together = contact_merges.parts(session, [with_whom]) if with_whom else ()
    same = select(ConversationRow.id).where(
        ConversationRow.id.in_(merges.merged_in(session, conversation_id)),
        ConversationRow.channel == ScheduledRow.channel,
        ConversationRow.connection_id.is_not_distinct_from(ScheduledRow.connection_id),
    )
    leads = _about(together).where(AboutRow.leads)
    return statement.where(ScheduledRow.id.in_(leads), same.correlate(ScheduledRow).exists())


def is_any_due(session: Session, now: dt.datetime) -> bool:
    """Whether there is anything to claim; costs no write."""
    wanted = select(ScheduledRow.id).where(
        ScheduledRow.done_at.is_(None),
        ScheduledRow.due_at <= now,
        or_(ScheduledRow.lease_until.is_(None), ScheduledRow.lease_until <= now),
    )
    return session.scalars(wanted.limit(1)).first() is not None


def claim_due(
    session: Session, owner: str, now: dt.datetime, limit: int
) -> Collection[ScheduledRow]:
    """Messages of all organisations whose moment has come, leased to `owner`."""
    return claim(
        session, ScheduledRow, now=now, owner=owner, limit=limit, lease_seconds=LEASE_SECONDS
    )


def still_ours(session: Session, claimed: ScheduledRow) -> ScheduledRow:
    """The row that was claimed, held until the transaction ends.

    Raises LeaseLost where it was changed, withdrawn or claimed again meanwhile.
    """
    row = locked(session, claimed.id)
    mine = (claimed.owner, claimed.attempts, claimed.version)
    if row is None or row.done_at is not None or (row.owner, row.attempts, row.version) != mine:
        raise LeaseLost(f"scheduled message {claimed.id} is no longer ours")
    return row


def postpone(
    session: Session, claimed: ScheduledRow, now: dt.datetime, seconds: float, error: str
) -> None:
    """Try again later; raises LeaseLost."""
    queue.postpone(session, claimed, now=now, seconds=seconds, error=error)


def view_of(row: ScheduledRow) -> ScheduledMessage:
    """A row as it is shown."""
    return ScheduledMessage(
        id=row.id,
        state=row.state,
        draft=row.draft,
        leaves_at=row.leaves_at,
        zone=row.zone,
        undo=row.undo,
        author_kind=row.author_kind,
        author_id=row.author_id,
        author_name=row.author_name,
        to=row.to,
        contact_ids=row.contact_ids,
        itinerary_ids=row.itinerary_ids,
        subject=row.subject,
        preview=row.preview,
        problems=row.problems,
        reason=row.reason,
        message_ids=row.message_ids,
        history=row.history,
        version=row.version,
    )


def _open() -> Select[ScheduledRow]:
    # In the order of ids, so that no two transactions wait in a circle.
    return select(ScheduledRow).where(ScheduledRow.state.in_(OPEN)).order_by(ScheduledRow.id)


def _held(wanted: Select[ScheduledRow]) -> Select[ScheduledRow]:
    return wanted.with_for_update(of=ScheduledRow).execution_options(populate_existing=True)
