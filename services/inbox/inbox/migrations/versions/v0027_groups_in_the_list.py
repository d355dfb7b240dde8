"""groups in the list"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversations_groups",
            ["organisation_id", "archived", "last_at", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'group'"),
            postgresql_where=sa.text("kind = 'group'"),
        )
