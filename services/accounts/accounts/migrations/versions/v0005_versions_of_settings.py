"""versions of settings"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settings_versions",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=True),
        sa.Column("settings", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.organisation_id"],
            name=op.f("fk_settings_versions_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "version", name=op.f("pk_settings_versions")),
    )
    _keep_what_is_settled()
    store.enable_row_security(op, "settings_versions")


def _keep_what_is_settled() -> None:
    """What is settled now is the first version to be read back; nobody knows whose it is."""
    names = ("organisation_id", "version", "settings")
    known = sa.table("organisations", *(sa.column(name) for name in names))
    versions = sa.table("settings_versions", *(sa.column(name) for name in (*names, "at")))
    now = sa.literal(dt.datetime.now(dt.UTC), store.UTCDateTime())
    op.execute(versions.insert().from_select([*names, "at"], sa.select(*known.columns, now)))
