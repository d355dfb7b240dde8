"""what was read and written in chats of numbers that another process holds"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attended",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("news", store.JSON, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attended")),
    )
    with op.batch_alter_table("attended", schema=None) as batch_op:
        batch_op.create_index("ix_attended_number", ["connection_id", "at"], unique=False)
        batch_op.create_index("ix_attended_at", ["at"], unique=False)

    store.enable_row_security(op, "attended")
