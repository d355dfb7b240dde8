"""words that are searched"""

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fairlead_search_forms",
        sa.Column(
            "form",
            sa.String(length=48).with_variant(sa.String(length=48, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "form", "term", name=op.f("pk_fairlead_search_forms")
        ),
    )
    with op.batch_alter_table("fairlead_search_forms", schema=None) as batch_op:
        batch_op.create_index("fairlead_search_words", ["organisation_id", "term"], unique=False)

    op.create_table(
        "fairlead_search_passes",
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("place", store.JSON, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", store.UTCDateTime(), nullable=False),
        sa.Column("finished_at", store.UTCDateTime(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_fairlead_search_passes")),
    )
    op.create_table(
        "fairlead_search_terms",
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("document", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "document", "term", name=op.f("pk_fairlead_search_terms")
        ),
    )
    with op.batch_alter_table("fairlead_search_terms", schema=None) as batch_op:
        batch_op.create_index(
            "fairlead_search_newest", ["organisation_id", "term", "at", "document"], unique=False
        )

    store.enable_row_security(op, "fairlead_search_forms")
    store.enable_row_security(op, "fairlead_search_terms")
