"""when trips are over"""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BATCH = 1000
_UNDER_WAY = "state IN ('confirmed', 'in_progress')"


def upgrade() -> None:
    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "over_from",
                store.UTCDateTime(),
                nullable=False,
                server_default="1970-01-01 00:00:00+00:00",
            )
        )
    _fill(op.get_bind())
    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.alter_column("over_from", server_default=None)
        batch_op.create_index(
            "ix_itineraries_over",
            ["over_from"],
            unique=False,
            sqlite_where=sa.text(_UNDER_WAY),
            postgresql_where=sa.text(_UNDER_WAY),
        )


_TRIPS = sa.table(
    "itineraries",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("end", sa.Date()),
    sa.column("details", store.JSON),
    sa.column("over_from", store.UTCDateTime()),
)


def _fill(connection: sa.Connection) -> None:
    row = _TRIPS.c
    keys = (row.organisation_id, row.id)
    query = sa.select(*keys, row.end, row.details).order_by(*keys).limit(_BATCH)
    change = sa.update(_TRIPS).where(
        keys[0] == sa.bindparam("organisation"), keys[1] == sa.bindparam("trip")
    )
    rows = connection.execute(query).all()
    while rows:
        changes = []
        for each in rows:
            next_day = dt.datetime.combine(each.end + dt.timedelta(days=1), dt.time())
            local = next_day.replace(tzinfo=ZoneInfo(each.details["zone"]))
            over = local.astimezone(dt.UTC)
            changes.append(
                {"organisation": each.organisation_id, "trip": each.id, "over_from": over}
            )
        connection.execute(change, changes)
        after = sa.tuple_(*keys) > sa.tuple_(
            sa.literal(rows[-1].organisation_id, sa.Uuid()), sa.literal(rows[-1].id, sa.Uuid())
        )
        rows = connection.execute(query.where(after)).all()
