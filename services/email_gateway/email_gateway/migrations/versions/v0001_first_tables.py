"""first tables"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clicks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clicks")),
    )
    with op.batch_alter_table("clicks", schema=None) as batch_op:
        batch_op.create_index(
            "ix_clicks_dispatch", ["organisation_id", "dispatch_id", "at"], unique=False
        )

    op.create_table(
        "connections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("details", store.JSON, nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("checked_at", store.UTCDateTime(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
    )
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.create_index(
            "ix_connections_organisation", ["organisation_id", "address"], unique=False
        )

    op.create_table(
        "dispatches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("mail_id", sa.String(length=300), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("sent_at", store.UTCDateTime(), nullable=True),
        sa.Column("opened_at", store.UTCDateTime(), nullable=True),
        sa.Column("links", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=False),
        sa.Column("lease_until", store.UTCDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", store.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
    )
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.create_index(
            "ix_dispatches_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index("ix_dispatches_mail_id", ["organisation_id", "mail_id"], unique=False)
        batch_op.create_index(
            "ix_dispatches_message", ["organisation_id", "message_id"], unique=False
        )

    op.create_table(
        "incoming",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.String(length=300), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("received_at", store.UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=False),
        sa.Column("lease_until", store.UTCDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", store.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming")),
        sa.UniqueConstraint(
            "organisation_id", "connection_id", "fingerprint", name="uq_incoming_fingerprint"
        ),
    )
    with op.batch_alter_table("incoming", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incoming_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index(
            "ix_incoming_mail_id", ["organisation_id", "connection_id", "mail_id"], unique=False
        )

    op.create_table(
        "letters",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("queued", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_letters")),
    )
    op.create_table(
        "organisations",
        sa.Column("body", store.JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "sandbox_mailboxes",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "address", name=op.f("pk_sandbox_mailboxes")),
    )
    op.create_table(
        "sandbox_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", store.UTCDateTime(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_mails")),
        sa.UniqueConstraint("organisation_id", "dispatch_id", name="uq_sandbox_mails_dispatch"),
    )
    with op.batch_alter_table("sandbox_mails", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sandbox_mails_mailbox", ["organisation_id", "mailbox", "arrived_at"], unique=False
        )

    op.create_table(
        "unsubscribes",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "address", name=op.f("pk_unsubscribes")),
    )
    store.enable_row_security(op, "clicks")
    store.enable_row_security(op, "connections")
    store.enable_row_security(op, "dispatches")
    store.enable_row_security(op, "incoming")
    store.enable_row_security(op, "letters")
    store.enable_row_security(op, "organisations")
    store.enable_row_security(op, "sandbox_mailboxes")
    store.enable_row_security(op, "sandbox_mails")
    store.enable_row_security(op, "unsubscribes")
