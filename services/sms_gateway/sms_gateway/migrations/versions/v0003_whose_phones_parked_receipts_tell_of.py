"""whose phones parked receipts tell of"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parked_receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.String(length=70), nullable=True))
