"""reviews and steps of services

What the calendar filters by is taken out of the details of the services that are there already.
"""

import datetime as dt
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

from fairlead import store

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


_BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("details", store.JSON, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("itinerary_id", sa.Uuid(), nullable=True),
        sa.Column("listing_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", store.UTCDateTime(), nullable=True),
        sa.Column("recorded_at", store.UTCDateTime(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_reviews")),
        sa.UniqueConstraint(
            "organisation_id",
            "source",
            "external_id",
            name=op.f("uq_reviews_organisation_id_source_external_id"),
        ),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reviews_organisation_id_date_id"),
            ["organisation_id", "date", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_reviews_organisation_id_itinerary_id"),
            ["organisation_id", "itinerary_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_reviews_organisation_id_listing_id_date_id"),
            ["organisation_id", "listing_id", "date", "id"],
            unique=False,
        )

    op.create_table(
        "service_steps",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", store.UTCDateTime(), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=True),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organisation_id", "service_id", "number", name=op.f("pk_service_steps")
        ),
    )
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="other")
        )
        batch_op.add_column(sa.Column("searched", sa.Text(), nullable=False, server_default=""))

    _fill(op.get_bind())
    with op.batch_alter_table("services", schema=None) as batch_op:
        batch_op.alter_column("kind", server_default=None)
        batch_op.alter_column("searched", server_default=None)

    store.enable_row_security(op, "reviews")
    store.enable_row_security(op, "service_steps")


_SERVICES = sa.table(
    "services",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("state", sa.String()),
    sa.column("details", store.JSON),
    sa.column("kind", sa.String()),
    sa.column("searched", sa.Text()),
)
_STEPS = sa.table(
    "service_steps",
    sa.column("organisation_id", sa.Uuid()),
    sa.column("service_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("at", store.UTCDateTime()),
    sa.column("after", sa.String()),
    sa.column("user_name", sa.String()),
    sa.column("reason", sa.String()),
)


def _fill(connection: sa.Connection) -> None:
    """Write the new columns of the services that are there, and a step to where each stands."""
    row = _SERVICES.c
    keys = (row.organisation_id, row.id)
    query = sa.select(*keys, row.state, row.details).order_by(*keys).limit(_BATCH)
    change = sa.update(_SERVICES).where(
        keys[0] == sa.bindparam("organisation"), keys[1] == sa.bindparam("service")
    )
    now = dt.datetime.now(dt.UTC)
    rows = connection.execute(query).all()
    while rows:
        columns = [
            {
                "organisation": each.organisation_id,
                "service": each.id,
                "kind": each.details["kind"],
                "searched": _searched(each.details),
            }
            for each in rows
        ]
        connection.execute(change, columns)
        steps = [
            {
                "organisation_id": each.organisation_id,
                "service_id": each.id,
                "number": 1,
                "at": now,
                "after": each.state,
                "user_name": "",
                "reason": "",
            }
            for each in rows
        ]
        connection.execute(sa.insert(_STEPS), steps)
        after = sa.tuple_(*keys) > sa.tuple_(
            sa.literal(rows[-1].organisation_id, sa.Uuid()), sa.literal(rows[-1].id, sa.Uuid())
        )
        rows = connection.execute(query.where(after)).all()


def _searched(details: dict[str, Any]) -> str:
    """As the rules folded it on the day of this revision."""
    names = ("name", "place", "address", "supplier_name")
    text = " ".join(details.get(name) or "" for name in names)
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return " ".join(bare.replace("\0", "").split())[:4000]
