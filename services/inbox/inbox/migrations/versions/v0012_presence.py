"""presence"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("doing", sa.String(length=20), nullable=False),
        sa.Column("until", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "conversation_id", "user_id", name=op.f("pk_presence")
        ),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_until"), ["until"], unique=False)

    store.enable_row_security(op, "presence")
