"""pictures of listings"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pictures", store.JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.alter_column("pictures", server_default=None)
