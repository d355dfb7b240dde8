"""conversations by channel"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_conversations_channel",
        "conversations",
        ["organisation_id", "channel", "archived", "last_at", "id"],
    )
