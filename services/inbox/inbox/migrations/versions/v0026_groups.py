"""groups"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("invitation", sa.String(length=500), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("made_at", store.UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_groups")),
    )
    with op.batch_alter_table("chat_groups", schema=None) as batch_op:
        batch_op.create_index(
            "ix_chat_groups_newest", ["organisation_id", "made_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_chat_groups_organisation_id_connection_id_address"),
            ["organisation_id", "connection_id", "address"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_chat_groups_organisation_id_conversation_id"),
            ["organisation_id", "conversation_id"],
            unique=False,
        )

    op.create_table(
        "group_participants",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("since", store.UTCDateTime(), nullable=False),
        sa.Column("history", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "group_id", "key", name=op.f("pk_group_participants")
        ),
    )
    with op.batch_alter_table("group_participants", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_group_participants_organisation_id_contact_id"),
            ["organisation_id", "contact_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_group_participants_organisation_id_key"),
            ["organisation_id", "key"],
            unique=False,
        )

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), server_default="person", nullable=False)
        )
        batch_op.add_column(sa.Column("group_id", sa.Uuid(), nullable=True))

    store.enable_row_security(op, "chat_groups")
    store.enable_row_security(op, "group_participants")
