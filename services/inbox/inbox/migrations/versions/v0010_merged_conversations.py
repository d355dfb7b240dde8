"""merged conversations"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("undone_at", store.UTCDateTime(), nullable=True),
        sa.Column("moved", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_merges")),
    )
    with op.batch_alter_table("conversation_merges", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_merges_source",
            ["organisation_id", "source_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "message_moves",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("before", store.JSON, nullable=False),
        sa.Column("after", store.JSON, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_moves")),
    )
    with op.batch_alter_table("message_moves", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_message_moves_organisation_id_message_id_at"),
            ["organisation_id", "message_id", "at"],
            unique=False,
        )

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.Uuid(), nullable=True))

    store.enable_row_security(op, "conversation_merges")
    store.enable_row_security(op, "message_moves")
