"""clicks by their last"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loaded_at", store.UTCDateTime(), nullable=True))

    with op.batch_alter_table("clicks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_at", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("settle_at", store.UTCDateTime(), nullable=True))

    op.execute("UPDATE clicks SET last_at = at")

    with op.batch_alter_table("clicks", schema=None) as batch_op:
        batch_op.alter_column("last_at", existing_type=store.UTCDateTime(), nullable=False)
        batch_op.drop_index("ix_clicks_dispatch")
        batch_op.create_index(
            "ix_clicks_dispatch", ["organisation_id", "dispatch_id", "last_at"], unique=False
        )
        batch_op.create_index(
            "ix_clicks_settle",
            ["settle_at"],
            unique=False,
            sqlite_where=sa.text("settle_at IS NOT NULL"),
            postgresql_where=sa.text("settle_at IS NOT NULL"),
        )
