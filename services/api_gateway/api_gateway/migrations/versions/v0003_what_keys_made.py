"""what keys made"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "user_id", "key", name=op.f("pk_made")),
    )
    with op.batch_alter_table("made", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_made_at"), ["at"], unique=False)
    store.enable_row_security(op, "made")
