"""external ids, where trips came from, and mappings of imports

Where several trips of a portal have one external id already, the first that was made keeps it as
the one by which it is found; what a person wrote into the details of the others stays there.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BATCH = 1000
_OF_PORTAL = sa.text("external_id != '' AND portal_id IS NOT NULL")
_OF_NONE = sa.text("external_id != '' AND portal_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "import_mappings",
        sa.Column("header", sa.String(length=64), nullable=False),
        sa.Column("targets", store.JSON, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "header", name=op.f("pk_import_mappings")),
    )
    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("external_id", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("origin", sa.String(length=20), nullable=False, server_default="entered")
        )
    _fill(op.get_bind())
    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.alter_column("external_id", server_default=None)
        batch_op.alter_column("origin", server_default=None)
        batch_op.create_index(
            "uq_itineraries_external_id",
            ["organisation_id", "external_id", "portal_id"],
            unique=True,
            sqlite_where=_OF_PORTAL,
            postgresql_where=_OF_PORTAL,
        )
        batch_op.create_index(
            "uq_itineraries_external_id_of_none",
            ["organisation_id", "external_id"],
            unique=True,
            sqlite_where=_OF_NONE,
            postgresql_where=_OF_NONE,
        )

    store.enable_row_security(op, "import_mappings")


_TRIPS = sa.table(
    "itineraries",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("portal_id", sa.Uuid()),
    sa.column("details", store.JSON),
    sa.column("external_id", sa.String()),
)


def _fill(connection: sa.Connection) -> None:
    row = _TRIPS.c
    keys = (row.organisation_id, row.id)  # an id begins with the moment it was made
    query = sa.select(*keys, row.portal_id, row.details).order_by(*keys).limit(_BATCH)
    change = sa.update(_TRIPS).where(
        keys[0] == sa.bindparam("organisation"), keys[1] == sa.bindparam("trip")
    )
    taken: set[Any] = set()
    rows = connection.execute(query).all()
    while rows:
        changes = []
        for each in rows:
            name = (each.details.get("external_id") or "").strip()
            key = each.organisation_id, each.portal_id, name
            if name and key not in taken:
                taken.add(key)
                changes.append(
                    {"organisation": each.organisation_id, "trip": each.id, "external_id": name}
                )
        if changes:
            connection.execute(change, changes)
        after = sa.tuple_(*keys) > sa.tuple_(
            sa.literal(rows[-1].organisation_id, sa.Uuid()), sa.literal(rows[-1].id, sa.Uuid())
        )
        rows = connection.execute(query.where(after)).all()
