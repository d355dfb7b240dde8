"""proposals"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("expires_at", store.UTCDateTime(), nullable=True),
        sa.Column("sent_at", store.UTCDateTime(), nullable=True),
        sa.Column("answer", store.JSON, nullable=True),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"],
            ["itineraries.organisation_id", "itineraries.id"],
            name=op.f("fk_proposals_organisation_id_itinerary_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_proposals_fingerprint")),
    )
    with op.batch_alter_table("proposals", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )

    op.create_table(
        "proposal_versions",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", store.JSON, nullable=False),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("seen_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "proposal_id"],
            ["proposals.organisation_id", "proposals.id"],
            name=op.f("fk_proposal_versions_organisation_id_proposal_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "proposal_id", "number", name=op.f("pk_proposal_versions")
        ),
    )
    store.enable_row_security(op, "proposals")
    store.enable_row_security(op, "proposal_versions")
