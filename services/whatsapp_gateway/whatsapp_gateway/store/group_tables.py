"""The tables of groups, and of those who are in them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from contracts.groups import GroupState, Membership, MembershipMoment
from fairlead.store import Claimable, Json, Scoped, UTCDateTime, due_index, word

from ..domain.grouping import Task
from .tables import Base


class GroupRow(Scoped, Base):
    """A group that a number is or was in. `address` is the network's, once there is one; `version`
    counts what was told of it."""

    __tablename__ = "groups"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID]
    address: Mapped[str | None] = mapped_column(sa.String(320))
    subject: Mapped[str] = mapped_column(sa.String(500))
    state: Mapped[GroupState] = mapped_column(word(GroupState))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    invitation: Mapped[str | None] = mapped_column(sa.String(500))
    version: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "connection_id", "address"),
        sa.Index("ix_groups_organisation", "organisation_id", "id"),
    )


class MemberRow(Scoped, Base):
    """Somebody who is in a group, was, or is to be. `key` is that of the chat with him, `since`
    the moment of the last of `history`."""

    __tablename__ = "group_members"

    group_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    address: Mapped[str] = mapped_column(sa.String(320))
    also: Mapped[list[str]] = mapped_column(Json(list[str]))
    name: Mapped[str] = mapped_column(sa.String(500))
    standing: Mapped[Membership] = mapped_column(word(Membership))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    admin: Mapped[bool] = mapped_column(default=False)
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    history: Mapped[list[MembershipMoment]] = mapped_column(Json(list[MembershipMoment]))

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "group_id", "key"),
        sa.Index("ix_group_members_key", "organisation_id", "key"),
    )


class GroupOrderRow(Scoped, Claimable, Base):
    """Something that is to be done with a group; those of a number one after another."""

    __tablename__ = "group_orders"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID]
    group_id: Mapped[UUID | None]
    address: Mapped[str | None] = mapped_column(sa.String(320))
    task: Mapped[Task] = mapped_column(word(Task))
    subject: Mapped[str] = mapped_column(sa.String(500))
    addresses: Mapped[list[str]] = mapped_column(Json(list[str]))
    ordered_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (due_index("group_orders", "connection_id"),)


class ReceiptRow(Scoped, Base):
    """How a piece to a group fares with one who was in it when it was sent (`expected`), or came
    since."""

    __tablename__ = "receipts"

    delivery_id: Mapped[UUID]
    number: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(320))
    address: Mapped[str] = mapped_column(sa.String(320))
    expected: Mapped[bool]
    delivered_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "delivery_id", "number", "key"),
        sa.Index("ix_receipts_key", "organisation_id", "key"),
    )


class SandboxGroupRow(Scoped, Base):
    """A group of the sandbox's world: `phones` are the keys of those in it beside us."""

    __tablename__ = "sandbox_groups"

    address: Mapped[str] = mapped_column(sa.String(320))
    connection_id: Mapped[UUID]
    order_id: Mapped[UUID]
    subject: Mapped[str] = mapped_column(sa.String(500))
    invitation: Mapped[str] = mapped_column(sa.String(200))
    phones: Mapped[list[str]] = mapped_column(Json(list[str]))
    with_us: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "address"),)
