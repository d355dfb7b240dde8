"""history of mailboxes"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("uid_before", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("connected_at", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("importing", store.JSON, nullable=True))

    with op.batch_alter_table("incoming", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("imported", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
