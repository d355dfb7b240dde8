"""ways of connections"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(sa.Column("out_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("in_reason", sa.Text(), nullable=True))

    # Which way fails is not known: the next try of either says so.
    op.execute("UPDATE connections SET state = 'connecting', reason = NULL WHERE state = 'failing'")
