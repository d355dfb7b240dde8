"""people in companies, tags, own fields, consents, notes, merges and trips"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dismissals",
        sa.Column("first", sa.Uuid(), nullable=False),
        sa.Column("second", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "first", "second", name=op.f("pk_dismissals")),
    )
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("survivor_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("merged_name", sa.String(length=200), nullable=False),
        sa.Column("before", store.JSON, nullable=False),
        sa.Column("merged", store.JSON, nullable=False),
        sa.Column("after", store.JSON, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("undone_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_merges")),
    )
    with op.batch_alter_table("merges", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_merges_organisation_id_merged_id"),
            ["organisation_id", "merged_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_merges_organisation_id_survivor_id"),
            ["organisation_id", "survivor_id"],
            unique=False,
        )

    op.create_table(
        "own_fields",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("choices", store.JSON, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "key", name=op.f("pk_own_fields")),
    )
    op.create_table(
        "travellers",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("trip_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "contact_id", "trip_id", name=op.f("pk_travellers")
        ),
    )
    with op.batch_alter_table("travellers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_travellers_organisation_id_trip_id"),
            ["organisation_id", "trip_id"],
            unique=False,
        )

    op.create_table(
        "trips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_trips")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("consent", store.JSON, nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contacts.organisation_id", "contacts.id"],
            name=op.f("fk_consents_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consents_organisation_id_contact_id_id"),
            ["organisation_id", "contact_id", "id"],
            unique=False,
        )

    op.create_table(
        "marks",
        sa.Column(
            "mark",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contacts.organisation_id", "contacts.id"],
            name=op.f("fk_marks_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "mark", "contact_id", name=op.f("pk_marks")),
    )
    with op.batch_alter_table("marks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_marks_organisation_id_contact_id_mark"),
            ["organisation_id", "contact_id", "mark"],
            unique=False,
        )

    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("edited_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "contact_id"],
            ["contacts.organisation_id", "contacts.id"],
            name=op.f("fk_notes_organisation_id_contact_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_notes")),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notes_organisation_id_contact_id_at_id"),
            ["organisation_id", "contact_id", "at", "id"],
            unique=False,
        )

    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "updated_at",
                store.UTCDateTime(),
                server_default=sa.text("'2000-01-01 00:00:00.000000'"),
                nullable=False,
            )
        )
        batch_op.add_column(
            sa.Column("is_company", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("company_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "position_held", sa.String(length=500), server_default=sa.text("''"), nullable=False
            )
        )
        batch_op.add_column(sa.Column("channel", sa.String(length=20), nullable=True))
        batch_op.add_column(
            sa.Column(
                "external_id", sa.String(length=500), server_default=sa.text("''"), nullable=False
            )
        )
        batch_op.add_column(
            sa.Column("tags", store.JSON, server_default=sa.text("'[]'"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("fields", store.JSON, server_default=sa.text("'{}'"), nullable=False)
        )
        batch_op.add_column(
            sa.Column("consents", store.JSON, server_default=sa.text("'[]'"), nullable=False)
        )
        batch_op.add_column(sa.Column("merged_into", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            batch_op.f("ix_contacts_organisation_id_company_id"),
            ["organisation_id", "company_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_contacts_organisation_id_merged_into"),
            ["organisation_id", "merged_into"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_contacts_organisation_id_updated_at_id"),
            ["organisation_id", "updated_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_contacts_external_id",
            ["organisation_id", "external_id"],
            unique=True,
            sqlite_where=sa.text("external_id != ''"),
            postgresql_where=sa.text("external_id != ''"),
        )

    op.execute("UPDATE contacts SET updated_at = created_at")
    store.enable_row_security(op, "dismissals")
    store.enable_row_security(op, "merges")
    store.enable_row_security(op, "own_fields")
    store.enable_row_security(op, "travellers")
    store.enable_row_security(op, "trips")
    store.enable_row_security(op, "consents")
    store.enable_row_security(op, "marks")
    store.enable_row_security(op, "notes")
