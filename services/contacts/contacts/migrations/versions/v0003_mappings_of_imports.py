"""mappings of imports"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_mappings",
        sa.Column("header", sa.String(length=64), nullable=False),
        sa.Column("targets", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "header", name=op.f("pk_import_mappings")),
    )
    store.enable_row_security(op, "import_mappings")
