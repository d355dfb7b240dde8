"""files checked and drawn"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file_pictures",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_file_pictures_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", "size", name=op.f("pk_file_pictures")),
    )
    with op.batch_alter_table("file_pictures", schema=None) as batch_op:
        batch_op.create_index("ix_file_pictures_key", ["organisation_id", "key"], unique=False)

    with op.batch_alter_table("files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("message_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("shown", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("width", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("height", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pages", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seconds", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("due_at", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("lease_until", store.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("owner", sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("last_error", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("done_at", store.UTCDateTime(), nullable=True))

    # Files of before are as they were: usable, and not drawn.
    key = {"sqlite": "json_extract(document, '$.key')", "postgresql": "document ->> 'key'"}
    op.execute(
        f"UPDATE files SET key = {key[op.get_bind().dialect.name]}, state = 'unchecked',"  # noqa: S608
        " shown = false, due_at = at, attempts = 0, done_at = at"
    )

    with op.batch_alter_table("files", schema=None) as batch_op:
        for name, kind in (
            ("key", sa.String(length=120)),
            ("state", sa.String(length=20)),
            ("shown", sa.Boolean()),
            ("due_at", store.UTCDateTime()),
            ("attempts", sa.Integer()),
        ):
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_index(
            "ix_files_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index("ix_files_key", ["organisation_id", "key"], unique=False)

    store.enable_row_security(op, "file_pictures")
