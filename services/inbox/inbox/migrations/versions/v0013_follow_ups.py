"""follow ups"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("put_off_until", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("put_off_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("put_off_name", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("put_off_note", sa.String(length=500), nullable=True))
        batch_op.create_index(
            "ix_conversations_due",
            ["put_off_until"],
            unique=False,
            sqlite_where=sa.text("put_off_until IS NOT NULL"),
            postgresql_where=sa.text("put_off_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_conversations_put_off",
            ["organisation_id", "archived", "last_at", "id"],
            unique=False,
            sqlite_where=sa.text("put_off_until IS NOT NULL"),
            postgresql_where=sa.text("put_off_until IS NOT NULL"),
        )
