"""the list of what was sent"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# A failure for anybody outranks all; else the least that was reached with everybody counts.
WORDS = ("failed", "queued", "uncertain", "sent", "delivered", "read")
RANKS = " ".join(f"WHEN '{name}' THEN {rank}" for rank, name in enumerate(WORDS))
NAMES = " ".join(f"WHEN {rank} THEN '{name}'" for rank, name in enumerate(WORDS))
SOURCES = {
    "postgresql": "SELECT entry ->> 'status' AS status FROM jsonb_array_elements(deliveries) entry",
    "sqlite": "SELECT json_extract(value, '$.status') AS status FROM json_each(deliveries)",
}


def upgrade() -> None:
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.String(length=20), nullable=True))
        batch_op.create_index(
            "ix_messages_sent", ["organisation_id", "direction", "at", "id"], unique=False
        )
    source = SOURCES[op.get_bind().dialect.name]
    least = f"SELECT min(CASE status {RANKS} END) FROM ({source}) told"  # noqa: S608 - all ours
    op.execute(
        f"UPDATE messages SET status = CASE ({least}) {NAMES} END WHERE direction = 'out'"  # noqa: S608
    )
