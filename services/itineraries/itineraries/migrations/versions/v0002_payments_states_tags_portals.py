"""payments, states, tags, portals

What lists filter by is taken out of the details of the trips that are there already.
"""

import datetime as dt
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_EPOCH = "1970-01-01 00:00:00.000000+00:00"
_BATCH = 1000

# What rows that are there need in a new column, until they are filled.
_DEFAULTS = {
    "itineraries": ("state_since", "instalments", "payment_incomplete", "end", "service_count"),
    "listings": ("external_ids", "tags", "archived", "version"),
}


def upgrade() -> None:
    op.create_table(
        "portals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tags", store.JSON, nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_portals")),
    )
    op.create_table(
        "itinerary_steps",
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"],
            ["itineraries.organisation_id", "itineraries.id"],
            name=op.f("fk_itinerary_steps_organisation_id_itinerary_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "itinerary_id", "number", name=op.f("pk_itinerary_steps")
        ),
    )
    op.create_table(
        "itinerary_tags",
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"],
            ["itineraries.organisation_id", "itineraries.id"],
            name=op.f("fk_itinerary_tags_organisation_id_itinerary_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "tag", "itinerary_id", name=op.f("pk_itinerary_tags")
        ),
    )
    with op.batch_alter_table("itinerary_tags", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_itinerary_tags_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )

    op.create_table(
        "listing_names",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "listing_id"],
            ["listings.organisation_id", "listings.id"],
            name=op.f("fk_listing_names_organisation_id_listing_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "source", "external_id", name=op.f("pk_listing_names")
        ),
    )
    with op.batch_alter_table("listing_names", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_listing_names_organisation_id_listing_id"),
            ["organisation_id", "listing_id"],
            unique=False,
        )

    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("external_id", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", store.UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("voided_at", store.UTCDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "itinerary_id"],
            ["itineraries.organisation_id", "itineraries.id"],
            name=op.f("fk_payments_organisation_id_itinerary_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "organisation_id", "request_id", name=op.f("uq_payments_organisation_id_request_id")
        ),
    )
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_payments_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )

    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state_since", store.UTCDateTime(), nullable=False, server_default=_EPOCH)
        )
        batch_op.add_column(sa.Column("confirmed_at", store.UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("instalments", store.JSON, nullable=False, server_default="[]")
        )
        batch_op.add_column(
            sa.Column("payment_incomplete", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("late_from", store.UTCDateTime(), nullable=True))
        batch_op.add_column(
            sa.Column("end", sa.Date(), nullable=False, server_default="1970-01-01")
        )
        batch_op.add_column(sa.Column("listing_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("portal_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("agent_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("sales_agent_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("price", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("currency", sa.String(length=3), nullable=True))
        batch_op.add_column(
            sa.Column("service_count", sa.Integer(), nullable=False, server_default="0")
        )

    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("owner_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("external_ids", store.JSON, nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("tags", store.JSON, nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))

    _fill(op.get_bind())
    with op.batch_alter_table("itineraries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_agent_id_start_id"),
            ["organisation_id", "agent_id", "start", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_created_at"),
            ["organisation_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_late_from"),
            ["organisation_id", "late_from"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_listing_id_start_id"),
            ["organisation_id", "listing_id", "start", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_portal_id_start_id"),
            ["organisation_id", "portal_id", "start", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_sales_agent_id_start_id"),
            ["organisation_id", "sales_agent_id", "start", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_itineraries_organisation_id_state_start_id"),
            ["organisation_id", "state", "start", "id"],
            unique=False,
        )

    for table, names in _DEFAULTS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in names:
                batch_op.alter_column(name, server_default=None)

    store.enable_row_security(op, "portals")
    store.enable_row_security(op, "itinerary_steps")
    store.enable_row_security(op, "itinerary_tags")
    store.enable_row_security(op, "listing_names")
    store.enable_row_security(op, "payments")


_TRIPS = sa.table(
    "itineraries",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("created_at", store.UTCDateTime()),
    sa.column("details", store.JSON),
    sa.column("state_since", store.UTCDateTime()),
    sa.column("payment_incomplete", sa.Boolean()),
    sa.column("end", sa.Date()),
    sa.column("listing_id", sa.Uuid()),
    sa.column("agent_id", sa.Uuid()),
    sa.column("price", sa.BigInteger()),
    sa.column("currency", sa.String()),
    sa.column("service_count", sa.Integer()),
)
_SERVICES = sa.table(
    "services", sa.column("organisation_id", sa.Uuid()), sa.column("itinerary_id", sa.Uuid())
)
_STEPS = sa.table(
    "itinerary_steps",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("itinerary_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("at", store.UTCDateTime()),
    sa.column("after", sa.String()),
    sa.column("user_name", sa.String()),
    sa.column("reason", sa.String()),
)


def _fill(connection: sa.Connection) -> None:
    """Write the new columns of the trips that are there, and the step that each began with."""
    service = _SERVICES.c
    counts: dict[Any, int] = {
        (organisation, trip): count
        for organisation, trip, count in connection.execute(
            sa.select(service.organisation_id, service.itinerary_id, sa.func.count()).group_by(
                service.organisation_id, service.itinerary_id
            )
        )
    }
    trip = _TRIPS.c
    keys = (trip.organisation_id, trip.id)
    query = sa.select(*keys, trip.state, trip.created_at, trip.details).order_by(*keys)
    rows = connection.execute(query.limit(_BATCH)).all()
    change = sa.update(_TRIPS).where(
        keys[0] == sa.bindparam("organisation"), keys[1] == sa.bindparam("trip")
    )
    while rows:
        connection.execute(change, [_columns(row, counts) for row in rows])
        connection.execute(sa.insert(_STEPS), [_first_step(row) for row in rows])
        after = sa.tuple_(*keys) > sa.tuple_(
            sa.literal(rows[-1].organisation_id, sa.Uuid()), sa.literal(rows[-1].id, sa.Uuid())
        )
        rows = connection.execute(query.where(after).limit(_BATCH)).all()


def _columns(row: Any, counts: dict[Any, int]) -> dict[str, Any]:
    details: dict[str, Any] = row.details
    price = details.get("price") or {"amount": None, "currency": None}
    return {
        "organisation": row.organisation_id,
        "trip": row.id,
        "state_since": row.created_at,
        "payment_incomplete": bool(price["amount"]) and row.state != "cancelled",
        "end": dt.date.fromisoformat(details["end"]),
        "listing_id": _id(details.get("listing_id")),
        "agent_id": _id(details.get("agent_id")),
        "price": price["amount"],
        "currency": price["currency"],
        "service_count": counts.get((row.organisation_id, row.id), 0),
    }


def _first_step(row: Any) -> dict[str, Any]:
    return {
        "organisation_id": row.organisation_id,
        "itinerary_id": row.id,
        "number": 1,
        "at": row.created_at,
        "after": row.state,
        "user_name": "",
        "reason": "",
    }


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
