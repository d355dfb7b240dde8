"""merged contacts"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_contact_merges")),
    )
    with op.batch_alter_table("contact_merges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_merges_organisation_id_merged_id"),
            ["organisation_id", "merged_id"],
            unique=False,
        )

    op.create_table(
        "contact_moves",
        sa.Column("merge_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "merge_id", "kind", "row_id", name=op.f("pk_contact_moves")
        ),
    )
    store.enable_row_security(op, "contact_merges")
    store.enable_row_security(op, "contact_moves")
