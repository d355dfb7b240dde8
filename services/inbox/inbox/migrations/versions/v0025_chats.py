"""chats"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parked_amendments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.String(length=500), nullable=False),
        sa.Column("document", store.JSON, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_amendments")),
    )
    with op.batch_alter_table("parked_amendments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parked_amendments_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_parked_amendments_organisation_id_connection_id_provider_id"),
            ["organisation_id", "connection_id", "provider_id"],
            unique=False,
        )

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chat", store.JSON, nullable=True))

    store.enable_row_security(op, "parked_amendments")
