"""what of a price no instalment asks for is due by arrival

No table changes: of the trips that are there already the moment is written down from which
something is overdue.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BATCH = 1000
_AGREED = ("confirmed", "in_progress", "finished")

_TRIPS = sa.table(
    "itineraries",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("start", sa.Date()),
    sa.column("details", store.JSON),
    sa.column("instalments", store.JSON),
    sa.column("price", sa.BigInteger()),
    sa.column("currency", sa.String()),
    sa.column("payment_incomplete", sa.Boolean()),
    sa.column("late_from", store.UTCDateTime()),
)
_PAYMENTS = sa.table(
    "payments",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("itinerary_id", sa.Uuid()),
    sa.column("kind", sa.String()),
    sa.column("amount", sa.BigInteger()),
    sa.column("currency", sa.String()),
    sa.column("voided_at", store.UTCDateTime()),
)


def upgrade() -> None:
    connection = op.get_bind()
    row, paid = _TRIPS.c, _PAYMENTS.c
    keys = (row.organisation_id, row.id)
    kept = (
        sa.select(
            sa.func.coalesce(
                sa.func.sum(sa.case((paid.kind == "received", paid.amount), else_=-paid.amount)), 0
            )
        )
        .where(paid.organisation_id == row.organisation_id, paid.itinerary_id == row.id)
        .where(paid.currency == row.currency, paid.voided_at.is_(None))
        .scalar_subquery()
    )
    query = (
        sa.select(*row, kept.label("kept"))
        .where(row.state.in_(_AGREED), row.payment_incomplete, row.price.is_not(None))
        .order_by(*keys)
        .limit(_BATCH)
    )
    change = sa.update(_TRIPS).where(
        keys[0] == sa.bindparam("organisation"), keys[1] == sa.bindparam("trip")
    )
    rows = connection.execute(query).all()
    while rows:
        late = [(each, _late_from(each)) for each in rows]
        changes = [
            {"organisation": each.organisation_id, "trip": each.id, "late_from": moment}
            for each, moment in late
            if moment != each.late_from
        ]
        if changes:
            connection.execute(change, changes)
        after = sa.tuple_(*keys) > sa.tuple_(
            sa.literal(rows[-1].organisation_id, sa.Uuid()), sa.literal(rows[-1].id, sa.Uuid())
        )
        rows = connection.execute(query.where(after)).all()


def _late_from(row: Any) -> dt.datetime | None:
    """When the day of arrival has ended, where something is lacking then and nothing before."""
    asked = [each for each in row.instalments if each["amount"]["currency"] == row.currency]
    planned = sum(each["amount"]["amount"] for each in asked)
    by_then = sum(
        each["amount"]["amount"]
        for each in asked
        if dt.date.fromisoformat(each["due"]) <= row.start
    )
    known: dt.datetime | None = row.late_from
    if planned >= row.price or by_then + row.price - planned <= row.kept:
        return known
    day = dt.datetime.combine(row.start + dt.timedelta(days=1), dt.time())
    ended = day.replace(tzinfo=ZoneInfo(row.details["zone"])).astimezone(dt.UTC)
    return ended if known is None else min(known, ended)
