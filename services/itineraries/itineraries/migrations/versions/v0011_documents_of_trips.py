"""documents of trips"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("file", store.JSON, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", store.UTCDateTime(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_by_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"],
            ["itineraries.organisation_id", "itineraries.id"],
            name=op.f("fk_documents_organisation_id_itinerary_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_documents")),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_documents_organisation_id_file_id"),
            ["organisation_id", "file_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_organisation_id_itinerary_id_id"),
            ["organisation_id", "itinerary_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_documents_organisation_id_key"), ["organisation_id", "key"], unique=False
        )

    store.enable_row_security(op, "documents")
