"""Groups of our numbers, who is in them, and what is to be done with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from contracts.groups import GroupState, Membership
from fairlead.store import claim, insert_into, new_id

from ..domain.grouping import Task, lengthened
from .group_tables import GroupOrderRow, GroupRow, MemberRow

LEASE = dt.timedelta(seconds=180)  # the client waits 75 s for the network, the keeper 100 for it


def locked(session: Session, id: UUID) -> GroupRow | None:
    """A group, held until the transaction ends."""
    return session.scalars(_held(sa.select(GroupRow).where(GroupRow.id == id))).first()


def called(session: Session, connection_id: UUID, address: str) -> GroupRow | None:
    """The group of a number that the network calls so, held as well."""
    wanted = sa.select(GroupRow).where(
        GroupRow.connection_id == connection_id, GroupRow.address == address
    )
    return session.scalars(_held(wanted)).first()


def is_open(session: Session, connection_id: UUID, address: str) -> bool:
    """Whether we can write into it, as far as is known."""
    wanted = sa.select(GroupRow.state).where(
        GroupRow.connection_id == connection_id, GroupRow.address == address
    )
    return session.scalar(wanted) in (None, GroupState.OPEN)


def doubtful(session: Session, connection_id: UUID, subject: str) -> GroupRow | None:
    """A group that the network may have made, when no answer came, and called so; held."""
    wanted = sa.select(GroupRow).where(
        GroupRow.connection_id == connection_id,
        GroupRow.state == GroupState.UNCERTAIN,
        GroupRow.subject == subject,
    )
    return session.scalars(_held(wanted.order_by(GroupRow.id))).first()


def members(session: Session, group_id: UUID) -> Sequence[MemberRow]:
    """Who is in a group, was, or is to be, in the order in which they became known."""
    session.flush()
    return session.scalars(
        sa.select(MemberRow)
        .where(MemberRow.group_id == group_id)
        .order_by(MemberRow.since, MemberRow.key)
    ).all()


def member(session: Session, group_id: UUID, key: str) -> MemberRow | None:
    """One of them."""
    session.flush()
    return session.scalars(
        sa.select(MemberRow).where(MemberRow.group_id == group_id, MemberRow.key == key)
    ).first()


def present(session: Session, connection_id: UUID, address: str) -> Sequence[MemberRow]:
    """Who is in the group that the network calls so."""
    return session.scalars(
        sa.select(MemberRow)
        .join(GroupRow, GroupRow.id == MemberRow.group_id)
        .where(
            GroupRow.connection_id == connection_id,
            GroupRow.address == address,
            MemberRow.standing == Membership.ADDED,
        )
        .order_by(MemberRow.key)
    ).all()


def stand(row: MemberRow, standing: Membership, at: dt.datetime, reason: str | None = None) -> bool:
    """Somebody stands so from now on; returns whether that is news."""
    if (row.standing, row.reason) == (standing, reason):
        return False
    row.history = lengthened(row.history, standing, at, reason)
    row.standing, row.reason, row.since = standing, reason, at
    return True


def add(
    session: Session, group_id: UUID, key: str, address: str, standing: Membership, at: dt.datetime
) -> MemberRow:
    """Somebody who was not known in the group before."""
    row = MemberRow(
        group_id=group_id, key=key, address=address, also=[], name="", standing=standing,
        reason=None, admin=False, since=at, history=lengthened([], standing, at, None),
    )  # fmt: skip
    session.add(row)
    return row


def order(
    session: Session,
    connection_id: UUID,
    task: Task,
    now: dt.datetime,
    *,
    id: UUID | None = None,
    group_id: UUID | None = None,
    address: str | None = None,
    subject: str = "",
    addresses: Sequence[str] = (),
    ordered_at: dt.datetime | None = None,
) -> None:
    """Let this be done."""
    session.add(
        GroupOrderRow(
            id=id or new_id(), connection_id=connection_id, group_id=group_id, address=address,
            task=task, subject=subject, addresses=list(addresses),
            ordered_at=ordered_at or now, due_at=now, attempts=0,
        )
    )  # fmt: skip


def want_description(session: Session, connection_id: UUID, address: str, now: dt.datetime) -> None:
    """Ask the network who is in a group, unless that is to be asked already."""
    asked = sa.select(GroupOrderRow.id).where(
        GroupOrderRow.connection_id == connection_id,
        GroupOrderRow.task == Task.DESCRIBE,
        GroupOrderRow.address == address,
        GroupOrderRow.done_at.is_(None),
        GroupOrderRow.lease_until.is_(None),
    )
    session.flush()
    if session.scalar(asked.limit(1)) is None:
        order(session, connection_id, Task.DESCRIBE, now, address=address)


def claim_due(
    session: Session, owner: str, now: dt.datetime, limit: int, connections: Collection[UUID]
) -> list[GroupOrderRow]:
    """Orders that are due on these connections, leased to `owner`: of a connection only the first
    that has not ended, so that what follows finds what went before."""
    before = aliased(GroupOrderRow)
    is_next = ~(
        sa.select(before.id)
        .where(
            before.organisation_id == GroupOrderRow.organisation_id,
            before.connection_id == GroupOrderRow.connection_id,
            before.done_at.is_(None),
            sa.tuple_(before.ordered_at, before.id)
            < sa.tuple_(GroupOrderRow.ordered_at, GroupOrderRow.id),
        )
        .exists()
    )
    return claim(
        session,
        GroupOrderRow,
        now=now,
        owner=owner,
        limit=limit,
        lease_seconds=LEASE.total_seconds(),
        where=[GroupOrderRow.connection_id.in_(connections), is_next],
    )


def make(session: Session, id: UUID, connection_id: UUID, **values: object) -> GroupRow:
    """Have a group, unless it is there; held."""
    session.execute(
        insert_into(session, GroupRow)
        .values(id=id, connection_id=connection_id, version=0, **values)
        .on_conflict_do_nothing()
    )
    row = locked(session, id)
    assert row is not None  # it was there, or was made
    return row


def _held(wanted: sa.Select[GroupRow]) -> sa.Select[GroupRow]:
    return wanted.with_for_update().execution_options(populate_existing=True)
