"""what is known of proposals"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_proposals")),
    )
    with op.batch_alter_table("known_proposals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_known_proposals_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )

    store.enable_row_security(op, "known_proposals")
