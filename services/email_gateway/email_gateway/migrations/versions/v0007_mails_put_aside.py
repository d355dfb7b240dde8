"""mails put aside"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    aside = sa.text("error IS NOT NULL")
    with op.batch_alter_table("incoming", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incoming_aside",
            ["id"],
            unique=False,
            sqlite_where=aside,
            postgresql_where=aside,
        )
