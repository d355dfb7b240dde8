"""responsible users and what each has to read"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unread",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "user_id", "conversation_id", name=op.f("pk_unread")
        ),
    )
    with op.batch_alter_table("unread", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unread_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_unread_organisation_id_conversation_id"),
            ["organisation_id", "conversation_id"],
            unique=False,
        )

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assignee_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            "ix_conversations_assignee",
            ["organisation_id", "assignee_id", "archived", "last_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_conversations_unassigned",
            ["organisation_id", "archived", "last_at", "id"],
            unique=False,
            sqlite_where=sa.text("assignee_id IS NULL"),
            postgresql_where=sa.text("assignee_id IS NULL"),
        )

    store.enable_row_security(op, "unread")
