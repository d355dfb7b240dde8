"""groups"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("also", store.JSON, nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("since", store.UTCDateTime(), nullable=False),
        sa.Column("history", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "group_id", "key", name=op.f("pk_group_members")
        ),
    )
    with op.batch_alter_table("group_members", schema=None) as batch_op:
        batch_op.create_index("ix_group_members_key", ["organisation_id", "key"], unique=False)

    op.create_table(
        "group_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("task", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("addresses", store.JSON, nullable=False),
        sa.Column("ordered_at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=False),
        sa.Column("lease_until", store.UTCDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", store.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_orders")),
    )
    with op.batch_alter_table("group_orders", schema=None) as batch_op:
        batch_op.create_index(
            "ix_group_orders_due",
            ["connection_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )

    op.create_table(
        "groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("invitation", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint(
            "organisation_id",
            "connection_id",
            "address",
            name=op.f("uq_groups_organisation_id_connection_id_address"),
        ),
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index("ix_groups_organisation", ["organisation_id", "id"], unique=False)

    op.create_table(
        "receipts",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=320), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("expected", sa.Boolean(), nullable=False),
        sa.Column("delivered_at", store.UTCDateTime(), nullable=True),
        sa.Column("read_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "delivery_id", "number", "key", name=op.f("pk_receipts")
        ),
    )
    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.create_index("ix_receipts_key", ["organisation_id", "key"], unique=False)

    op.create_table(
        "sandbox_groups",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("invitation", sa.String(length=200), nullable=False),
        sa.Column("phones", store.JSON, nullable=False),
        sa.Column("with_us", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "address", name=op.f("pk_sandbox_groups")),
    )
    with op.batch_alter_table("parked", schema=None) as batch_op:
        batch_op.add_column(sa.Column("participant", sa.String(length=320), nullable=True))

    with op.batch_alter_table("sandbox_chat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_group", sa.String(length=320), nullable=True))
        batch_op.add_column(sa.Column("author", sa.String(length=320), nullable=True))
        batch_op.drop_constraint(
            batch_op.f("uq_sandbox_chat_organisation_id_provider_id"), type_="unique"
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_sandbox_chat_organisation_id_provider_id_key"),
            ["organisation_id", "provider_id", "key"],
        )

    with op.batch_alter_table("sandbox_handsets", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    store.enable_row_security(op, "group_members")
    store.enable_row_security(op, "group_orders")
    store.enable_row_security(op, "groups")
    store.enable_row_security(op, "receipts")
    store.enable_row_security(op, "sandbox_groups")
