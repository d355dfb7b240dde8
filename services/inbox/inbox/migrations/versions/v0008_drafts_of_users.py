"""drafts of users"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("itinerary_id", sa.Uuid(), nullable=True),
        sa.Column("draft", store.JSON, nullable=False),
        sa.Column("saved_at", store.UTCDateTime(), nullable=False),
        sa.Column("ended_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_drafts_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(
            "ix_drafts_latest", ["organisation_id", "user_id", "saved_at", "id"], unique=False
        )
        batch_op.create_index(
            "uq_drafts_conversation",
            ["organisation_id", "user_id", "conversation_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    store.enable_row_security(op, "drafts")
