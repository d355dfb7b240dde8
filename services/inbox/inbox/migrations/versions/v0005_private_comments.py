"""private comments"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", store.JSON, nullable=False),
        sa.Column("attachments", store.JSON, nullable=False),
        sa.Column("edited_at", store.UTCDateTime(), nullable=True),
        sa.Column("removed_at", store.UTCDateTime(), nullable=True),
        sa.Column("earlier", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_comments_newest", ["organisation_id", "conversation_id", "at", "id"], unique=False
        )

    store.enable_row_security(op, "comments")
