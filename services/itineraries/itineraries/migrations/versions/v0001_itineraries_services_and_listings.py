"""itineraries services and listings"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "itineraries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("details", store.JSON, nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=True),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_itineraries")),
        sa.UniqueConstraint(
            "organisation_id", "reference", name=op.f("uq_itineraries_organisation_id_reference")
        ),
        sa.UniqueConstraint("token", name=op.f("uq_itineraries_token")),
    )
    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_start_id"),
            ["organisation_id", "start", "id"],
            unique=False,
        )

    op.create_table(
        "listings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_listings")),
    )
    op.create_table(
        "references_given",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "year", name=op.f("pk_references_given")),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("details", store.JSON, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("time", sa.Time(), nullable=True),
        sa.Column("starts_at", store.UTCDateTime(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"],
            ["itineraries.organisation_id", "itineraries.id"],
            name=op.f("fk_services_organisation_id_itinerary_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_services")),
    )
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_services_organisation_id_date"),
            ["organisation_id", "date"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_services_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )

    store.enable_row_security(op, "itineraries")
    store.enable_row_security(op, "listings")
    store.enable_row_security(op, "references_given")
    store.enable_row_security(op, "services")
