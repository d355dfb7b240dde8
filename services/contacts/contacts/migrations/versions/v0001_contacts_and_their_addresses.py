"""contacts and their addresses"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "sort_name",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("company", sa.String(length=500), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contacts_organisation_id_sort_name_id"),
            ["organisation_id", "sort_name", "id"],
            unique=False,
        )

    op.create_table(
        "organisations",
        sa.Column("region", sa.String(length=2), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisations")),
    )
    op.create_table(
        "addresses",
        sa.Column("key", sa.String(length=600), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contacts.organisation_id", "contacts.id"],
            name=op.f("fk_addresses_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_addresses")),
        sa.UniqueConstraint(
            "organisation_id",
            "contact_id",
            "key",
            name=op.f("uq_addresses_organisation_id_contact_id_key"),
        ),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=600), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("display", sa.String(length=254), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reachability", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("checked_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id", "key"],
            ["addresses.organisation_id", "addresses.contact_id", "addresses.key"],
            name=op.f("fk_identities_organisation_id_contact_id_key"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contacts.organisation_id", "contacts.id"],
            name=op.f("fk_identities_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_identities")),
        sa.UniqueConstraint(
            "organisation_id",
            "key",
            "scheme",
            name=op.f("uq_identities_organisation_id_key_scheme"),
        ),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identities_organisation_id_contact_id"),
            ["organisation_id", "contact_id"],
            unique=False,
        )

    store.enable_row_security(op, "contacts")
    store.enable_row_security(op, "organisations")
    store.enable_row_security(op, "addresses")
    store.enable_row_security(op, "identities")
