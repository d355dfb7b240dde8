"""The gateway's tables."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contracts.sms_gateway import SmsConnectionDetails, TextEncoding
from fairlead.store import (
    COLUMN_TYPES,
    Claimable,
    Json,
    Scoped,
    UTCDateTime,
    done_index,
    due_index,
    new_id,
    new_metadata,
    word,
)

from ..domain.progress import PartState
from ..domain.receipts import State


class Base(DeclarativeBase):
    """The base of these tables."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class ConnectionRow(Scoped, Base):
    """A carrier. `secrets` is encrypted; `details` never holds a secret."""

    __tablename__ = "connections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    details: Mapped[SmsConnectionDetails] = mapped_column(Json(SmsConnectionDetails))
    secrets: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    is_default: Mapped[bool]
    removed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    changes: Mapped[int] = mapped_column(default=0)  # of state too, for those who follow

    __table_args__ = (sa.Index("ix_connections_organisation", "organisation_id", "id"),)


class TextRow(Scoped, Claimable, Base):
    """A text on its way to one phone. Its id is the delivery's. From `closed_at` on nothing is
    waited for any more."""

    __tablename__ = "texts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    connection_id: Mapped[UUID | None]
    number: Mapped[str] = mapped_column(sa.String(320))
    text: Mapped[str] = mapped_column(sa.Text)
    encoding: Mapped[TextEncoding] = mapped_column(word(TextEncoding))
    parts: Mapped[int]
    delivered: Mapped[int] = mapped_column(default=0)
    reference: Mapped[int]
    exact: Mapped[bool] = mapped_column(server_default=sa.false())  # a machine's command
    status: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    queued_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    valid_until: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime, default=None)

    __table_args__ = (
        due_index("texts", "connection_id"),
        sa.Index(
            "ix_texts_open",
            "valid_until",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index("ix_texts_latest", "organisation_id", "queued_at", "id"),
        sa.Index("ix_texts_number", "organisation_id", "number", "queued_at", "id"),
    )


class PartRow(Scoped, Base):
    """One part of a text. `key` is what the carrier calls it, by the connection's rule."""

    __tablename__ = "parts"

    text_id: Mapped[UUID]
    number: Mapped[int]
    connection_id: Mapped[UUID | None]
    state: Mapped[PartState] = mapped_column(word(PartState))
    key: Mapped[str | None] = mapped_column(sa.String(70))
    reason: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "text_id", "number"),
        sa.Index("ix_parts_key", "organisation_id", "connection_id", "key"),
    )


class ReceiptRow(Scoped, Base):
    """A receipt whose part is not known: the answer to it is not written down yet, or never came.
    `number` is the phone that it tells of."""

    __tablename__ = "parked_receipts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(70))
    number: Mapped[str | None] = mapped_column(sa.String(70))
    state: Mapped[State] = mapped_column(word(State))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.Index("ix_parked_receipts_key", "organisation_id", "connection_id", "key"),
        sa.Index("ix_parked_receipts_at", "at"),
    )


class IncomingRow(Scoped, Claimable, Base):
    """What a carrier brought: a text, or a part of one, kept before it was answered.

    `octets` are the text as it came, in the coding that it names. `session` is the last session
    that brought it, until the carrier is known to have read our answer: till then the same once
    more from another session is what it brings again, and none of it afterwards. `error` is set on
    what cannot be read. Receipts are kept as well, whole and done with: `octets` are their PDUs'
    bodies.
    """

    __tablename__ = "incoming"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    session: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(70))
    destination: Mapped[str] = mapped_column(sa.String(70))
    octets: Mapped[bytes] = mapped_column(sa.LargeBinary)
    data_coding: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    reference: Mapped[int | None]
    total: Mapped[int] = mapped_column(default=1)
    number: Mapped[int] = mapped_column(default=1)
    received_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        due_index("incoming"),
        done_index("incoming"),
        sa.Index("ix_incoming_fingerprint", "organisation_id", "connection_id", "fingerprint"),
        sa.Index(
            "ix_incoming_whole",
            "organisation_id",
            "connection_id",
            "source",
            "reference",
            "received_at",
        ),
    )


class CallbackRow(Scoped, Claimable, Base):
    """What a carrier said over HTTP, as it came, kept before it was answered.

    `key` is the same for the same once more, `number` whose phone it is about. `error` is set on
    what cannot be read.
    """

    __tablename__ = "callbacks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[str] = mapped_column(sa.String(70))
    url: Mapped[str] = mapped_column(sa.Text)
    content_type: Mapped[str] = mapped_column(sa.Text)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    received_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        due_index("callbacks"),
        done_index("callbacks"),
        sa.Index(
            "ix_callbacks_key",
            "organisation_id",
            "connection_id",
            "key",
            unique=True,
        ),
        sa.Index("ix_callbacks_number", "organisation_id", "number"),
    )


class OptOutRow(Scoped, Base):
    """A number that wants no texts from this organisation."""

    __tablename__ = "opt_outs"

    number: Mapped[str] = mapped_column(sa.String(70))
    word: Mapped[str] = mapped_column(sa.String(100))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "number"),
        sa.Index("ix_opt_outs_at", "organisation_id", "at", "number"),
    )


class ReferenceRow(Scoped, Base):
    """The last number that was given to a text of several parts for a phone."""

    __tablename__ = "reference_numbers"

    number: Mapped[str] = mapped_column(sa.String(320))
    last: Mapped[int]

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "number"),)


class SandboxTextRow(Scoped, Base):
    """A text on a phone of the sandbox's world."""

    __tablename__ = "sandbox_texts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(sa.String(70))
    ours: Mapped[str] = mapped_column(sa.String(70))
    connection_id: Mapped[UUID]
    text: Mapped[str] = mapped_column(sa.Text)
    parts: Mapped[int]
    from_us: Mapped[bool]
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    read: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (sa.Index("ix_sandbox_texts_phone", "organisation_id", "number", "at", "id"),)
