"""Groups of chat networks with their participants, as gateways told of them last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, Text, delete, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.common import Channel
from contracts.contacts import Contact
from contracts.groups import GroupState, Membership, MembershipMoment
from contracts.inbox import Group, GroupPage, Participant
from fairlead.errors import NotFound, Stale
from fairlead.store import Json, Order, Scoped, Versioned, page, word

from . import contact_merges, people
from .schema import Base


class GroupRow(Scoped, Versioned, Base):
    """A group. `told` is the version that its gateway told last; `made_*` is who made it here,
    empty for one that was made on the phone."""

    __tablename__ = "chat_groups"
    __table_args__ = (
        Index("ix_chat_groups_newest", "organisation_id", "made_at", "id"),
        Index(None, "organisation_id", "conversation_id"),
        Index(None, "organisation_id", "connection_id", "address"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(word(Channel))
    connection_id: Mapped[UUID]
    conversation_id: Mapped[UUID | None]
    address: Mapped[str | None] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(500))
    itinerary_id: Mapped[UUID | None]
    state: Mapped[GroupState] = mapped_column(word(GroupState))
    reason: Mapped[str | None] = mapped_column(Text)
    invitation: Mapped[str | None] = mapped_column(String(500))
    told: Mapped[int]
    made_at: Mapped[dt.datetime]
    made_by: Mapped[UUID | None]
    made_name: Mapped[str] = mapped_column(String(200))


class ParticipantRow(Scoped, Base):
    """Somebody in a group, by his address in lower case. `contact_id` is who it was when he became
    known, whoever he is part of now."""

    __tablename__ = "group_participants"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "group_id", "key"),
        Index(None, "organisation_id", "contact_id"),
        Index(None, "organisation_id", "key"),
    )

    group_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(320))
    address: Mapped[str] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(500))
    contact_id: Mapped[UUID | None]
    standing: Mapped[Membership] = mapped_column(word(Membership))
    reason: Mapped[str | None] = mapped_column(Text)
    admin: Mapped[bool]
    since: Mapped[dt.datetime]
    history: Mapped[list[MembershipMoment]] = mapped_column(Json(list[MembershipMoment]))


_NEWEST = Order(GroupRow.made_at.desc(), GroupRow.id.desc())


def find(session: Session, id: UUID) -> GroupRow | None:
    """A group, held until the transaction ends."""
    return session.scalars(
        select(GroupRow)
        .where(GroupRow.id == id)
        .with_for_update(of=GroupRow)
        .execution_options(populate_existing=True)
    ).first()


def locked(session: Session, id: UUID) -> GroupRow:
    """The same; raises NotFound."""
    row = find(session, id)
    if row is None:
        raise not_found()
    return row


def expected(session: Session, id: UUID, version: int) -> GroupRow:
    """One that is as the caller has seen it; raises NotFound and Stale."""
    row = locked(session, id)
    if row.version != version:
        raise Stale("inbox.group_changed", "The group was changed meanwhile")
    return row


def known(session: Session, id: UUID) -> GroupRow | None:
    """A group as it is, not held."""
    return session.scalars(select(GroupRow).where(GroupRow.id == id)).first()


def of_conversation(session: Session, conversation_id: UUID) -> GroupRow | None:
    """The group whose conversation it is."""
    wanted = select(GroupRow).where(GroupRow.conversation_id == conversation_id)
    return session.scalars(wanted).first()


def called(session: Session, connection_id: UUID, address: str) -> GroupRow | None:
    """The group of one of our numbers that its network calls so."""
    wanted = select(GroupRow).where(
        GroupRow.connection_id == connection_id, GroupRow.address == address
    )
    return session.scalars(wanted).first()


def participants(session: Session, ids: Collection[UUID]) -> dict[UUID, list[ParticipantRow]]:
    """Who is in these groups, was, or is to be."""
    session.flush()
    found: dict[UUID, list[ParticipantRow]] = {id: [] for id in ids}
    rows = session.scalars(
        select(ParticipantRow)
        .where(ParticipantRow.group_id.in_(ids))
        .order_by(ParticipantRow.name, ParticipantRow.key)
    )
    for row in rows:
        found[row.group_id].append(row)
    return found


def subjects(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """How groups are called."""
    rows = session.execute(select(GroupRow.id, GroupRow.subject).where(GroupRow.id.in_(ids)))
    return {each.id: each.subject for each in rows}


def contacts_of(session: Session, rows: Sequence[ParticipantRow]) -> dict[UUID, Contact]:
    """Who they are now, by who they were when they became known."""
    ids = {row.contact_id for row in rows if row.contact_id is not None}
    into = contact_merges.survivors(session, ids)
    now = people.by_id(session, {into.get(id, id) for id in ids})
    return {id: now[into.get(id, id)] for id in ids if into.get(id, id) in now}


def listed(
    session: Session,
    *,
    connection_id: UUID | None,
    itinerary_id: UUID | None,
    contact_id: UUID | None,
    state: GroupState | None,
    cursor: str | None,
    limit: int,
) -> GroupPage:
    """A page of groups, the latest first."""
    wanted = select(GroupRow)
    for column, value in (
        (GroupRow.connection_id, connection_id),
        (GroupRow.itinerary_id, itinerary_id),
        (GroupRow.state, state),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if contact_id is not None:
        together = contact_merges.parts(session, [contact_id])
        wanted = wanted.where(
            exists().where(
                ParticipantRow.organisation_id == GroupRow.organisation_id,
                ParticipantRow.group_id == GroupRow.id,
                ParticipantRow.contact_id.in_(together),
            )
        )
    found = page(session, wanted, _NEWEST, cursor=cursor, limit=limit)
    return GroupPage(groups=views(session, found.items), cursor=found.next)


def view(session: Session, id: UUID) -> Group:
    """A group as it is shown; raises NotFound."""
    session.flush()
    row = known(session, id)
    if row is None:
        raise not_found()
    return views(session, [row])[0]


def views(session: Session, rows: Sequence[GroupRow]) -> list[Group]:
    """Groups as they are shown, in their order."""
    inside = participants(session, [row.id for row in rows])
    who = contacts_of(session, [each for some in inside.values() for each in some])
    return [_view(row, inside[row.id], who) for row in rows]


def _view(row: GroupRow, inside: Sequence[ParticipantRow], who: Mapping[UUID, Contact]) -> Group:
    return Group(
        id=row.id,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        address=row.address,
        subject=row.subject,
        itinerary_id=row.itinerary_id,
        state=row.state,
        reason=row.reason,
        invitation=row.invitation,
        members=sum(each.standing is Membership.ADDED for each in inside),
        participants=[participant_view(each, who) for each in inside],
        version=row.version,
        made_by=row.made_name,
        made_at=row.made_at,
    )


def participant_view(row: ParticipantRow, who: Mapping[UUID, Contact]) -> Participant:
    """Somebody's place in a group; `who` are the contacts whose names are shown."""
    contact = who.get(row.contact_id) if row.contact_id else None
    return Participant(
        contact_id=contact.id if contact else row.contact_id,
        name=contact.name if contact else row.name,
        address=row.address,
        standing=row.standing,
        reason=row.reason,
        admin=row.admin,
        at=row.since,
        history=row.history,
    )


def forget(session: Session, id: UUID) -> None:
    """A group that its gateway does not know: what was said in it stays."""
    for model, key in ((ParticipantRow, ParticipantRow.group_id), (GroupRow, GroupRow.id)):
        gone = delete(model).where(key == id)
        session.execute(gone.execution_options(synchronize_session=False))


def not_found() -> NotFound:
    """The error for a group that there is not."""
    return NotFound("inbox.group_not_found", "There is no such group")
