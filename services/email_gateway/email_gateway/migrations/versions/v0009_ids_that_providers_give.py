"""ids that providers give"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("dispatches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given_id", sa.String(length=300), nullable=True))
        batch_op.create_index(
            "ix_dispatches_given_id", ["organisation_id", "given_id"], unique=False
        )
