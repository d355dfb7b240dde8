"""inbox and outbox"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fairlead_inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("handler", sa.String(length=100), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", store.UTCDateTime(), nullable=True),
        sa.Column("received_at", store.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "handler", name=op.f("pk_fairlead_inbox")),
    )
    with op.batch_alter_table("fairlead_inbox", schema=None) as batch_op:
        batch_op.create_index("fairlead_inbox_status", ["status", "next_attempt_at"], unique=False)

    op.create_table(
        "fairlead_outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("leased_until", store.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairlead_outbox")),
    )
    with op.batch_alter_table("fairlead_outbox", schema=None) as batch_op:
        batch_op.create_index("fairlead_outbox_created", ["created_at"], unique=False)
