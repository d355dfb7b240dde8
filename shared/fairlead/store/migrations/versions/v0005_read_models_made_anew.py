"""read models made anew"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fairlead_projections",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("only", sa.Uuid(), nullable=True),
        sa.Column("organisation", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Uuid(), nullable=True),
        sa.Column("going", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("started_at", store.UTCDateTime(), nullable=False),
        sa.Column("due_at", store.UTCDateTime(), nullable=False),
        sa.Column("finished_at", store.UTCDateTime(), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fairlead_projections")),
    )
