"""files of notes"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "note_files",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("file", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "note_id", "file_id", name=op.f("pk_note_files")
        ),
    )
    with op.batch_alter_table("note_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_note_files_organisation_id_file_id"),
            ["organisation_id", "file_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_note_files_organisation_id_key"),
            ["organisation_id", "key"],
            unique=False,
        )

    store.enable_row_security(op, "note_files")
