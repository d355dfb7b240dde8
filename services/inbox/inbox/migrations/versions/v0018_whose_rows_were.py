"""whose rows were

What merges of contacts moved is kept by the contact that it came to, no more by the merge.
"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_origins",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=True),
        sa.Column("others", store.JSON, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "contact_id", "kind", "row_id", name=op.f("pk_contact_origins")
        ),
    )
    with op.batch_alter_table("contact_origins", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_origins_organisation_id_row_id"),
            ["organisation_id", "row_id"],
            unique=False,
        )
    op.execute(
        """
        INSERT INTO contact_origins (organisation_id, contact_id, kind, row_id, key)
        SELECT merges.organisation_id, merges.merged_id, 'conversation', moves.row_id,
               min(moves.key)
        FROM contact_moves AS moves
        JOIN contact_merges AS merges
          ON merges.organisation_id = moves.organisation_id AND merges.id = moves.merge_id
        WHERE NOT merges.undone AND moves.kind = 'conversation'
        GROUP BY merges.organisation_id, merges.merged_id, moves.row_id
        """
    )
    op.execute(
        """
        INSERT INTO contact_origins (organisation_id, contact_id, kind, row_id)
        SELECT DISTINCT merges.organisation_id, merges.merged_id, 'message', moves.row_id
        FROM contact_moves AS moves
        JOIN contact_merges AS merges
          ON merges.organisation_id = moves.organisation_id AND merges.id = moves.merge_id
        WHERE NOT merges.undone AND moves.kind IN ('message', 'link', 'double')
        """
    )
    op.drop_table("contact_moves")
    store.enable_row_security(op, "contact_origins")
    with op.batch_alter_table("contact_merges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contact_merges_organisation_id_survivor_id"),
            ["organisation_id", "survivor_id"],
            unique=False,
        )
    with op.batch_alter_table("conversation_merges", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_merges_target", ["organisation_id", "target_id"], unique=False
        )
