"""mails to employees"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("target_entity", sa.String(length=40), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("mailed_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_mail_items")),
    )
    with op.batch_alter_table("mail_items", schema=None) as batch_op:
        batch_op.create_index("ix_mail_items_at", ["at"], unique=False)
        batch_op.create_index(
            "ix_mail_items_dedupe", ["organisation_id", "recipient", "dedupe_key"], unique=True
        )
        batch_op.create_index(
            "ix_mail_items_waiting",
            ["organisation_id", "recipient", "at"],
            unique=False,
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        )

    op.create_table(
        "mail_rounds",
        sa.Column("recipient", sa.Uuid(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=True),
        sa.Column("mailed_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "recipient", name=op.f("pk_mail_rounds")),
    )
    with op.batch_alter_table("mail_rounds", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mail_rounds_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.create_table(
        "notification_choices",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("choices", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "user_id"],
            ["users.organisation_id", "users.id"],
            name=op.f("fk_notification_choices_organisation_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "user_id", name=op.f("pk_notification_choices")),
    )
    store.enable_row_security(op, "mail_items")
    store.enable_row_security(op, "mail_rounds")
    store.enable_row_security(op, "notification_choices")
