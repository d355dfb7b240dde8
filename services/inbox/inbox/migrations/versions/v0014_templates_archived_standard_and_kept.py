"""templates archived standard and as they were"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "template_versions",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "template_id", "version", name=op.f("pk_template_versions")
        ),
    )
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("standard", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            "uq_templates_standard",
            ["organisation_id", "kind", "channel", "language"],
            unique=True,
            sqlite_where=sa.text("standard"),
            postgresql_where=sa.text("standard"),
        )

    store.enable_row_security(op, "template_versions")
