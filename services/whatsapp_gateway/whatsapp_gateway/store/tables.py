"""The gateway's tables."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contracts.channels import (
    Card,
    DeliveryStatus,
    Place,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
    WhatsAppQueued,
)
from contracts.common import FileRef
from contracts.whatsapp_gateway import (
    LinkState,
    NetworkTemplate,
    WhatsAppConnectionDetails,
)
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

from ..domain.heard import Form, Media
from ..domain.pieces import Kind
from ..domain.progress import PieceState


class Base(DeclarativeBase):
    """The base of these tables."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class ConnectionRow(Scoped, Base):
    """A number. `secrets` is encrypted; `details` never holds a secret.

    `number` is that of `details` as it is compared. While `paused_until` we write to nobody
    first. `qr` is the code to scan just now, or to type where `by_code` one is wanted.
    """

    __tablename__ = "connections"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    details: Mapped[WhatsAppConnectionDetails] = mapped_column(Json(WhatsAppConnectionDetails))
    number: Mapped[str] = mapped_column(sa.String(20))
    secrets: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    state: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    link: Mapped[LinkState | None] = mapped_column(word(LinkState))
    qr: Mapped[str | None] = mapped_column(sa.Text)
    qr_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    by_code: Mapped[bool] = mapped_column(default=False)
    wanted: Mapped[bool] = mapped_column(default=True)  # that it is connected
    paused_until: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    since: Mapped[dt.datetime] = mapped_column(UTCDateTime)  # for the warming up
    is_default: Mapped[bool]
    removed: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int]
    changes: Mapped[int] = mapped_column(default=0)  # of state too, for those who follow

    __table_args__ = (sa.Index("ix_connections_organisation", "organisation_id", "id"),)


class ChatRow(Scoped, Base):
    """One account or group that a number writes with. `key` is its address as it is compared.

    `last_in_at` is when the other side wrote last, which opens the window; `last_in_id` what the
    network calls that message. `first_out_at` is set where we wrote first.
    """

    __tablename__ = "chats"

    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    address: Mapped[str] = mapped_column(sa.String(320))
    last_in_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    last_in_id: Mapped[str | None] = mapped_column(sa.String(500))
    first_out_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "connection_id", "key"),
        sa.Index("ix_chats_first_out", "organisation_id", "connection_id", "first_out_at"),
    )


class PaceRow(Scoped, Base):
    """When the next message may leave: by a number in all, or (`key`) to one chat of it."""

    __tablename__ = "paces"

    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    next_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "connection_id", "key"),)


class AliasRow(Scoped, Base):
    """A further address of an account: the chat of `key` is the chat of `chat_key`."""

    __tablename__ = "aliases"

    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    chat_key: Mapped[str] = mapped_column(sa.String(320))

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "connection_id", "key"),
        sa.Index("ix_aliases_chat", "organisation_id", "connection_id", "chat_key"),
    )


class MessageRow(Scoped, Claimable, Base):
    """A message on its way to one account or group. Its id is the delivery's, `key` its chat's."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID]
    connection_id: Mapped[UUID | None]
    key: Mapped[str] = mapped_column(sa.String(320))
    queued: Mapped[WhatsAppQueued] = mapped_column(Json(WhatsAppQueued))
    status: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    queued_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    valid_until: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        due_index("messages", "connection_id"),
        sa.Index(
            "ix_messages_chat",
            "organisation_id",
            "connection_id",
            "key",
            "queued_at",
            "id",
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        ),
        sa.Index("ix_messages_key", "organisation_id", "key", "id"),
    )


class PieceRow(Scoped, Base):
    """One piece of a message. `provider_id` is what the network calls it.

    `begun` says that the network may have it; `media_id` is its file there, uploaded already.
    """

    __tablename__ = "pieces"

    delivery_id: Mapped[UUID]
    number: Mapped[int]
    connection_id: Mapped[UUID | None]
    kind: Mapped[Kind] = mapped_column(word(Kind))
    state: Mapped[PieceState] = mapped_column(word(PieceState))
    begun: Mapped[bool] = mapped_column(default=False)
    provider_id: Mapped[str | None] = mapped_column(sa.String(500))
    media_id: Mapped[str | None] = mapped_column(sa.String(200))
    code: Mapped[str | None] = mapped_column(sa.String(40))
    reason: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "delivery_id", "number"),
        sa.Index("ix_pieces_provider", "organisation_id", "connection_id", "provider_id"),
    )


class ParkedRow(Scoped, Base):
    """What was told of a message before we knew that it is ours."""

    __tablename__ = "parked"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    provider_id: Mapped[str] = mapped_column(sa.String(500))
    status: Mapped[DeliveryStatus] = mapped_column(word(DeliveryStatus))
    code: Mapped[str | None] = mapped_column(sa.String(40))
    reason: Mapped[str | None] = mapped_column(sa.Text)
    participant: Mapped[str | None] = mapped_column(sa.String(320))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.Index("ix_parked_provider", "organisation_id", "connection_id", "provider_id"),
        sa.Index("ix_parked_at", "at"),
    )


class AmendmentRow(Scoped, Claimable, Base):
    """A reaction, a new wording or an end, on its way."""

    __tablename__ = "amendments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    connection_id: Mapped[UUID]
    queued: Mapped[WhatsAppAmendmentQueued] = mapped_column(Json(WhatsAppAmendmentQueued))

    __table_args__ = (due_index("amendments", "connection_id"),)


class AttendedRow(Scoped, Base):
    """Somebody of us read or wrote, which who holds the number is to tell. `key` is whom it is
    about: the chat's other side, or in a group who wrote what was read."""

    __tablename__ = "attended"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    news: Mapped[WhatsAppAttended] = mapped_column(Json(WhatsAppAttended))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.Index("ix_attended_number", "connection_id", "at"),
        sa.Index("ix_attended_at", "at"),
    )


class IncomingRow(Scoped, Claimable, Base):
    """What a network brought, as it came, kept before it was answered, and for some weeks after it
    was understood. `error` is set on what cannot be read, for a person to look at."""

    __tablename__ = "incoming"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    form: Mapped[Form] = mapped_column(word(Form))
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    received_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (due_index("incoming"), done_index("incoming"))


class KnownRow(Scoped, Base):
    """A message of the network's that was told already. `key` is the chat that it was said in."""

    __tablename__ = "known_messages"

    connection_id: Mapped[UUID]
    provider_id: Mapped[str] = mapped_column(sa.String(500))
    message_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "connection_id", "provider_id"),
        sa.Index("ix_known_messages_key", "organisation_id", "connection_id", "key"),
    )


class MediaRow(Scoped, Claimable, Base):
    """A file of a message, to be fetched from the network."""

    __tablename__ = "media"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    connection_id: Mapped[UUID]
    provider_id: Mapped[str] = mapped_column(sa.String(500))
    address: Mapped[str] = mapped_column(sa.String(320))
    by_us: Mapped[bool]
    number: Mapped[int]
    media: Mapped[Media] = mapped_column(Json(Media))
    key: Mapped[str | None] = mapped_column(sa.String(120))
    reason: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (
        due_index("media"),
        sa.Index("ix_media_message", "organisation_id", "connection_id", "provider_id"),
        sa.Index("ix_media_key", "organisation_id", "key"),
    )


class TemplateRow(Scoped, Base):
    """A template as the network has it."""

    __tablename__ = "templates"

    connection_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(sa.String(512))
    language: Mapped[str] = mapped_column(sa.String(15))
    document: Mapped[NetworkTemplate] = mapped_column(Json(NetworkTemplate))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "connection_id", "name", "language"),
    )


class HandsetRow(Scoped, Base):
    """A phone of the sandbox's world. One that is `private` nobody may put into a group."""

    __tablename__ = "sandbox_handsets"

    key: Mapped[str] = mapped_column(sa.String(320))
    address: Mapped[str] = mapped_column(sa.String(320))
    name: Mapped[str] = mapped_column(sa.String(500))
    on: Mapped[bool] = mapped_column("is_on", default=True)
    private: Mapped[bool] = mapped_column(default=False, server_default=sa.false())

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "key"),)


class SandboxChatRow(Scoped, Base):
    """A message on a phone of the sandbox's world. `reactions` are by who reacted: us, or it.

    Of a message in a `group` each phone has one; `author` is the phone that wrote it, where it is
    another one.
    """

    __tablename__ = "sandbox_chat"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    provider_id: Mapped[str] = mapped_column(sa.String(200))
    connection_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(320))
    ours: Mapped[str] = mapped_column(sa.String(20))
    from_us: Mapped[bool]
    text: Mapped[str] = mapped_column(sa.Text)
    files: Mapped[list[FileRef]] = mapped_column(Json(list[FileRef]))
    place: Mapped[Place | None] = mapped_column(Json(Place))
    cards: Mapped[list[Card]] = mapped_column(Json(list[Card]))
    quotes: Mapped[UUID | None]
    reactions: Mapped[dict[str, str]] = mapped_column(Json(dict[str, str]))
    at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    status: Mapped[DeliveryStatus] = mapped_column(word(DeliveryStatus))
    edited: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[bool] = mapped_column(default=False)
    group: Mapped[str | None] = mapped_column("in_group", sa.String(320))
    author: Mapped[str | None] = mapped_column(sa.String(320))

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "provider_id", "key"),
        sa.Index("ix_sandbox_chat_phone", "organisation_id", "key", "at", "id"),
    )


class SandboxTypingRow(Scoped, Base):
    """We write to a phone just now."""

    __tablename__ = "sandbox_typing"

    key: Mapped[str] = mapped_column(sa.String(320))
    until: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (sa.PrimaryKeyConstraint("organisation_id", "key"),)
