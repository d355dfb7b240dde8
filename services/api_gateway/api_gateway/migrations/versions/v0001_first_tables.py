"""first tables"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "live",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_live")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("live", schema=None) as batch_op:
        batch_op.create_index(
            "ix_live_organisation_number", ["organisation_id", "number"], unique=False
        )

    store.enable_row_security(op, "live")
