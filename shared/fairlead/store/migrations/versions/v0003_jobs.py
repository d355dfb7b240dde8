"""jobs"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fairlead_jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cancelling", sa.Boolean(), nullable=False),
        sa.Column("cursor", store.JSON, nullable=False),
        sa.Column("context", store.JSON, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("counts", store.JSON, nullable=False),
        sa.Column("problems", store.JSON, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("result", store.JSON, nullable=True),
        sa.Column("refusals", store.JSON, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", store.UTCDateTime(), nullable=False),
        sa.Column("updated_at", store.UTCDateTime(), nullable=False),
        sa.Column("told_at", store.UTCDateTime(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=False),
        sa.Column("lease_until", store.UTCDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("done_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_fairlead_jobs")),
    )
    with op.batch_alter_table("fairlead_jobs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_fairlead_jobs_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_fairlead_jobs_organisation_id_created_at_id"),
            ["organisation_id", "created_at", "id"],
            unique=False,
        )

    op.create_table(
        "fairlead_job_parts",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("file", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "job_id"],
            ["fairlead_jobs.organisation_id", "fairlead_jobs.id"],
            name=op.f("fk_fairlead_job_parts_organisation_id_job_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "job_id", "file", "number", name=op.f("pk_fairlead_job_parts")
        ),
    )
    store.enable_row_security(op, "fairlead_jobs")
    store.enable_row_security(op, "fairlead_job_parts")
