"""The gateway's tables."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contracts.channels import EmailQueued
from contracts.email_gateway import ConnectionDetails, MailboxState
from fairlead.store import (
    COLUMN_TYPES,
    JSON,
    Claimable,
    Json,
    Scoped,
    UTCDateTime,
    due_index,
    new_id,
    new_metadata,
    word,
)

from ..domain.history import Progress


class Base(DeclarativeBase):
    """The base of these tables."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class ConnectionRow(Scoped, Base):
    """A mail account. `secrets` is encrypted; `details` never holds a secret.

    `uid_validity`, `uid` and `uid_before` say how far its mailbox was fetched (RFC 9051 2.3.1.1):
    what lay in it until `connected_at` is history, of which `importing` says how far it was taken.
    """

    __tablename__ = "connections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    address: Mapped[str] = mapped_column(sa.String(254))
    details: Mapped[ConnectionDetails] = mapped_column(Json(ConnectionDetails))
    secrets: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    out_reason: Mapped[str | None] = mapped_column(sa.Text)
    in_reason: Mapped[str | None] = mapped_column(sa.Text)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    is_default: Mapped[bool]
    removed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    changes: Mapped[int] = mapped_column(default=0)  # of state too, for those who follow
    uid_validity: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    uid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    uid_before: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    connected_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    importing: Mapped[Progress | None] = mapped_column(Json(Progress))

    __table_args__ = (sa.Index("ix_connections_organisation", "organisation_id", "address"),)


class OrganisationRow(Scoped, Base):
    """What is known of an organisation: its settings, as accounts last told."""

    __tablename__ = "organisations"

    body: Mapped[Any] = mapped_column(JSON)
    version: Mapped[int]

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id"),)


class LetterRow(Scoped, Base):
    """A message that is to leave, as the inbox gave it. `links` are the tracked ones' targets."""

    __tablename__ = "letters"

    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    queued: Mapped[EmailQueued] = mapped_column(Json(EmailQueued))


class DispatchRow(Scoped, Claimable, Base):
    """One copy of a message on its way to one recipient. Its id is the delivery's.

    A `notice` is no message but tells an employee something. `doubts` counts the tries of which
    nobody knows whether the server took the mail. `opened_at` is when a person first opened it,
    `loaded_at` when a machine did.
    """

    __tablename__ = "dispatches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    connection_id: Mapped[UUID | None]
    address: Mapped[str] = mapped_column(sa.String(320))
    mail_id: Mapped[str | None] = mapped_column(sa.String(300))
    given_id: Mapped[str | None] = mapped_column(sa.String(300))
    status: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str | None] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    answer: Mapped[str | None] = mapped_column(sa.Text)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    loaded_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    links: Mapped[Any] = mapped_column(JSON, default=list)
    notice: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    doubts: Mapped[int] = mapped_column(default=0, server_default=sa.text("0"))

    __table_args__ = (
        due_index("dispatches"),
        sa.Index("ix_dispatches_message", "organisation_id", "message_id"),
        sa.Index("ix_dispatches_mail_id", "organisation_id", "mail_id"),
        sa.Index("ix_dispatches_given_id", "organisation_id", "given_id"),
    )


class ClickRow(Scoped, Base):
    """A click on a tracked link; what it came from is kept as a verdict only.

    The same again is no row of its own but moves `last_at`. One that may be a person's waits until
    `settle_at`.
    """

    __tablename__ = "clicks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dispatch_id: Mapped[UUID]
    link: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    machine: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(40))
    last_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    settle_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.Index("ix_clicks_dispatch", "organisation_id", "dispatch_id", "last_at"),
        sa.Index(
            "ix_clicks_settle",
            "settle_at",
            sqlite_where=sa.column("settle_at").is_not(None),
            postgresql_where=sa.column("settle_at").is_not(None),
        ),
    )


class IncomingRow(Scoped, Claimable, Base):
    """A mail that was fetched: its raw bytes are in the file store under `key`.

    `fingerprint` tells mails apart: ids are not unique, and a copy that came by another road has
    other headers. `error` is set on one that was put aside.
    """

    __tablename__ = "incoming"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    mail_id: Mapped[str] = mapped_column(sa.String(300))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str] = mapped_column(sa.String(300))
    size: Mapped[int]
    truncated: Mapped[bool]
    imported: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    received_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str | None] = mapped_column(sa.String(20))
    error: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        sa.UniqueConstraint(
            "organisation_id", "connection_id", "fingerprint", name="uq_incoming_fingerprint"
        ),
        sa.Index("ix_incoming_key", "organisation_id", "key"),
        sa.Index("ix_incoming_mail_id", "organisation_id", "connection_id", "mail_id"),
        due_index("incoming"),
        sa.Index(
            "ix_incoming_aside",
            "id",
            sqlite_where=sa.text("error IS NOT NULL"),
            postgresql_where=sa.text("error IS NOT NULL"),
        ),
    )


class UnsubscribeRow(Scoped, Base):
    """An address that wants no bulk mail (RFC 8058)."""

    __tablename__ = "unsubscribes"

    address: Mapped[str] = mapped_column(sa.String(320))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "address"),)


class SandboxMailboxRow(Scoped, Base):
    """A mailbox of the sandbox's world."""

    __tablename__ = "sandbox_mailboxes"

    address: Mapped[str] = mapped_column(sa.String(320))
    name: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[MailboxState] = mapped_column(
        word(MailboxState), default=MailboxState.OPEN, server_default=MailboxState.OPEN.value
    )

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "address"),)


class SandboxMailRow(Scoped, Base):
    """A mail that lies in a sandbox mailbox, raw in the file store under `key`."""

    __tablename__ = "sandbox_mails"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    mailbox: Mapped[str] = mapped_column(sa.String(320))
    key: Mapped[str] = mapped_column(sa.String(300))
    dispatch_id: Mapped[UUID | None]
    connection_id: Mapped[UUID]
    arrived_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    read: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.Index("ix_sandbox_mails_mailbox", "organisation_id", "mailbox", "arrived_at"),
        sa.Index("ix_sandbox_mails_key", "organisation_id", "key"),
        sa.UniqueConstraint("organisation_id", "dispatch_id", name="uq_sandbox_mails_dispatch"),
    )
