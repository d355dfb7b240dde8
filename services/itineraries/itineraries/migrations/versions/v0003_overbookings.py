"""overbookings

Those of the trips that are there already are found here; nobody is told of them.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overbookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("found_at", store.UTCDateTime(), nullable=False),
        sa.Column("resolved_at", store.UTCDateTime(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_overbookings")),
    )
    with op.batch_alter_table("overbookings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_overbookings_organisation_id_found_at_id"),
            ["organisation_id", "found_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_overbookings_organisation_id_second_id"),
            ["organisation_id", "second_id"],
            unique=False,
        )
        batch_op.create_index(
            "uq_overbookings_open",
            ["organisation_id", "first_id", "second_id"],
            unique=True,
            sqlite_where=sa.text("resolved_at IS NULL"),
            postgresql_where=sa.text("resolved_at IS NULL"),
        )

    _find(op.get_bind())
    store.enable_row_security(op, "overbookings")


def _trips() -> sa.TableClause:
    return sa.table(
        "itineraries",
        sa.column("organisation_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("listing_id", sa.Uuid()),
        sa.column("state", sa.String()),
        sa.column("start", sa.Date()),
        sa.column("end", sa.Date()),
    )


def _find(connection: sa.Connection) -> None:
    one, other = _trips().alias("one"), _trips().alias("other")
    taken = ("confirmed", "in_progress")
    pairs = sa.select(
        one.c.organisation_id, one.c.listing_id, one.c.id, other.c.id,
        one.c.start, other.c.start, one.c.end, other.c.end,
    ).where(
        one.c.organisation_id == other.c.organisation_id,
        one.c.listing_id == other.c.listing_id,
        one.c.id < other.c.id,
        one.c.state.in_(taken),
        other.c.state.in_(taken),
        one.c.start < other.c.end,
        other.c.start < one.c.end,
        one.c.start < one.c.end,
        other.c.start < other.c.end,
    )  # fmt: skip
    now = dt.datetime.now(dt.UTC)
    found = [
        {
            "organisation_id": organisation,
            "id": store.new_id(),
            "listing_id": listing,
            "first_id": first,
            "second_id": second,
            "start": max(starts),
            "end": min(ends),
            "found_at": now,
            "version": 1,
        }
        for organisation, listing, first, second, *days in connection.execute(pairs)
        for starts, ends in [(days[:2], days[2:])]
    ]
    if found:
        connection.execute(sa.insert(_OVERBOOKINGS), found)


_OVERBOOKINGS = sa.table(
    "overbookings",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("listing_id", sa.Uuid()),
    sa.column("first_id", sa.Uuid()),
    sa.column("second_id", sa.Uuid()),
    sa.column("start", sa.Date()),
    sa.column("end", sa.Date()),
    sa.column("found_at", store.UTCDateTime()),
    sa.column("version", sa.Integer()),
)
