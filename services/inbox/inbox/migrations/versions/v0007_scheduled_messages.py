"""scheduled messages"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_about",
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("scheduled_id", sa.Uuid(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "about_id", "scheduled_id", name=op.f("pk_scheduled_about")
        ),
    )
    with op.batch_alter_table("scheduled_about", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scheduled_about_organisation_id_scheduled_id"),
            ["organisation_id", "scheduled_id"],
            unique=False,
        )

    op.create_table(
        "scheduled_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("draft", store.JSON, nullable=False),
        sa.Column("frozen", store.JSON, nullable=True),
        sa.Column("leaves_at", store.UTCDateTime(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("zone_said", sa.String(length=64), nullable=True),
        sa.Column("undo", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("author_kind", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("to", store.JSON, nullable=False),
        sa.Column("contact_ids", store.JSON, nullable=False),
        sa.Column("itinerary_ids", store.JSON, nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("preview", sa.String(length=200), nullable=False),
        sa.Column("problems", store.JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_ids", store.JSON, nullable=False),
        sa.Column("history", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=False),
        sa.Column("lease_until", store.UTCDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", store.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_messages")),
    )
    with op.batch_alter_table("scheduled_messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_scheduled_messages_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index(
            "ix_scheduled_messages_next",
            ["organisation_id", "state", "leaves_at", "id"],
            unique=False,
        )

    store.enable_row_security(op, "scheduled_about")
    store.enable_row_security(op, "scheduled_messages")
