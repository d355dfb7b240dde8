"""conversations, messages and what is known"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.String(length=320), nullable=False),
        sa.Column("contact_searched", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("preview", sa.String(length=200), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("last_message_id", sa.Uuid(), nullable=True),
        sa.Column("last_direction", sa.String(length=20), nullable=False),
        sa.Column("last_status", sa.String(length=20), nullable=True),
        sa.Column("last_at", store.UTCDateTime(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("itinerary_ids", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "organisation_id", "key", name=op.f("uq_conversations_organisation_id_key")
        ),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversations_connection",
            ["organisation_id", "connection_id", "archived", "last_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_conversations_latest",
            ["organisation_id", "archived", "last_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_conversations_organisation_id_contact_id"),
            ["organisation_id", "contact_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_conversations_unread",
            ["organisation_id", "archived", "last_at", "id"],
            unique=False,
            sqlite_where=sa.text("unread > 0"),
            postgresql_where=sa.text("unread > 0"),
        )

    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
    )
    op.create_table(
        "known_addresses",
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=254), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "scheme", "value", "contact_id", name=op.f("pk_known_addresses")
        ),
    )
    with op.batch_alter_table("known_addresses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_known_addresses_organisation_id_contact_id"),
            ["organisation_id", "contact_id"],
            unique=False,
        )

    op.create_table(
        "known_connections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_connections")),
    )
    op.create_table(
        "known_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_contacts")),
    )
    op.create_table(
        "known_organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_organisations")),
    )
    op.create_table(
        "known_services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_services")),
    )
    with op.batch_alter_table("known_services", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_known_services_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )

    op.create_table(
        "known_trips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("reference_key", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_trips")),
    )
    with op.batch_alter_table("known_trips", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_known_trips_organisation_id_reference_key"),
            ["organisation_id", "reference_key"],
            unique=False,
        )

    op.create_table(
        "known_users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_known_users")),
    )
    op.create_table(
        "message_contacts",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "contact_id", "message_id", name=op.f("pk_message_contacts")
        ),
    )
    with op.batch_alter_table("message_contacts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_contacts_newest",
            ["organisation_id", "contact_id", "at", "message_id"],
            unique=False,
        )

    op.create_table(
        "message_itineraries",
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "message_id", "itinerary_id", name=op.f("pk_message_itineraries")
        ),
    )
    with op.batch_alter_table("message_itineraries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_itineraries_conversation",
            ["organisation_id", "conversation_id", "itinerary_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_message_itineraries_newest",
            ["organisation_id", "itinerary_id", "at", "message_id"],
            unique=False,
        )

    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("author_kind", sa.String(length=20), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("itinerary_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("subject_key", sa.String(length=500), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("quoted_text", sa.Text(), nullable=False),
        sa.Column("quoted_html", sa.Text(), nullable=True),
        sa.Column("attachments", store.JSON, nullable=False),
        sa.Column("deliveries", store.JSON, nullable=False),
        sa.Column("service_ids", store.JSON, nullable=False),
        sa.Column("links", store.JSON, nullable=False),
        sa.Column("parties", store.JSON, nullable=False),
        sa.Column("references", store.JSON, nullable=False),
        sa.Column("defects", store.JSON, nullable=False),
        sa.Column("automatic", sa.String(length=20), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("answers_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_newest", ["organisation_id", "conversation_id", "at", "id"], unique=False
        )

    op.create_table(
        "parked_updates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_updates")),
    )
    with op.batch_alter_table("parked_updates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parked_updates_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_parked_updates_organisation_id_message_id"),
            ["organisation_id", "message_id"],
            unique=False,
        )

    op.create_table(
        "provider_ids",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("provider_id", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "connection_id",
            "direction",
            "provider_id",
            name=op.f("pk_provider_ids"),
        ),
    )
    op.create_table(
        "sent_requests",
        sa.Column("request_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("message_ids", store.JSON, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "request_id", name=op.f("pk_sent_requests")),
    )
    with op.batch_alter_table("sent_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_requests_at"), ["at"], unique=False)

    op.create_table(
        "templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("variables", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
    )
    with op.batch_alter_table("templates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_templates_organisation_id_name"),
            ["organisation_id", "name"],
            unique=False,
        )

    store.enable_row_security(op, "conversations")
    store.enable_row_security(op, "files")
    store.enable_row_security(op, "known_addresses")
    store.enable_row_security(op, "known_connections")
    store.enable_row_security(op, "known_contacts")
    store.enable_row_security(op, "known_organisations")
    store.enable_row_security(op, "known_services")
    store.enable_row_security(op, "known_trips")
    store.enable_row_security(op, "known_users")
    store.enable_row_security(op, "message_contacts")
    store.enable_row_security(op, "message_itineraries")
    store.enable_row_security(op, "messages")
    store.enable_row_security(op, "parked_updates")
    store.enable_row_security(op, "provider_ids")
    store.enable_row_security(op, "sent_requests")
    store.enable_row_security(op, "templates")
