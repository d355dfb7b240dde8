"""labels"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "labelled",
        sa.Column("label_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "label_id", "conversation_id", name=op.f("pk_labelled")
        ),
    )
    with op.batch_alter_table("labelled", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_labelled_organisation_id_conversation_id"),
            ["organisation_id", "conversation_id"],
            unique=False,
        )

    op.create_table(
        "labels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    with op.batch_alter_table("labels", schema=None) as batch_op:
        batch_op.create_index("ix_labels_name", ["organisation_id", "key"], unique=True)

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("labelled", sa.Text(), server_default=",", nullable=False))

    store.enable_row_security(op, "labelled")
    store.enable_row_security(op, "labels")
