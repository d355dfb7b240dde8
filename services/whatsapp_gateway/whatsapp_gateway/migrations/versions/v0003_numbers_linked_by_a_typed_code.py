"""numbers linked by a typed code"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("by_code", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("connections", schema=None) as batch_op:
        batch_op.alter_column("by_code", server_default=None)
