"""mailboxes that refuse"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    state = sa.Enum("open", "full", "gone", native_enum=False, length=20)
    with op.batch_alter_table("sandbox_mailboxes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", state, server_default="open", nullable=False))
