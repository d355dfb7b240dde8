"""files by key"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incoming", schema=None) as batch_op:
        batch_op.create_index("ix_incoming_key", ["organisation_id", "key"], unique=False)

    with op.batch_alter_table("sandbox_mails", schema=None) as batch_op:
        batch_op.create_index("ix_sandbox_mails_key", ["organisation_id", "key"], unique=False)
