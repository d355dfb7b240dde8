"""The history of itineraries' tables."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from uuid import UUID

import msgspec
import sqlalchemy as sa

from contracts.common import Money
from contracts.itineraries import ItineraryDetails, ItineraryState
from fairlead.store import Database, UTCDateTime
from fairlead.store.migrations.history import History
from fairlead.testing.migrations import assert_migrations_match
from itineraries.migrations.tables import metadata
from itineraries.store.overbookings import OverbookingRow
from itineraries.store.trips import ItineraryRow, StepRow

OURS = UUID(int=1)
MADE = dt.datetime(2026, 3, 2, 9, 15, 0, 123456, tzinfo=dt.UTC)
DETAILS = ItineraryDetails(
    title="Galicia",
    start=dt.date(2026, 5, 1),
    end=dt.date(2026, 5, 9),
    zone="Europe/Madrid",
    listing_id=UUID(int=7),
    price=Money(amount=420_000, currency="EUR"),
)


def test_the_history_makes_the_tables_that_the_code_expects(store_url: str) -> None:
    assert_migrations_match(store_url, "itineraries", metadata)


def test_trips_of_before_payments_are_found_by_what_they_say(store_url: str) -> None:
    history = History("itineraries")
    with closing(Database(store_url, name="migrations")) as database:
        with database.exclusive() as connection:
            history.upgrade(connection, "0001")
            table = sa.Table("itineraries", sa.MetaData(), autoload_with=connection)
            details = {**msgspec.to_builtins(DETAILS)}
            for name in ("commission", "sales_agent_id", "portal_id", "external_id", "tags"):
                del details[name]
            table.c.created_at.type = UTCDateTime()
            table.c.organisation_id.type = table.c.id.type = sa.Uuid()
            for number, state in enumerate(("confirmed", "cancelled", "in_progress"), 1):
                row = {
                    "organisation_id": OURS, "id": UUID(int=number), "version": 4,
                    "reference": f"TRP-2026-000{number}", "state": state, "title": "Galicia",
                    "start": DETAILS.start, "searched": "", "created_at": MADE, "details": details,
                }  # fmt: skip
                connection.execute(sa.insert(table), row)
            history.upgrade(connection)
        with database.reading(OURS) as session:
            first, second, third = session.scalars(
                sa.select(ItineraryRow).order_by(ItineraryRow.id)
            )
            assert (first.details, first.version) == (DETAILS, 4)
            assert (first.end, first.listing_id) == (DETAILS.end, DETAILS.listing_id)
            assert (first.price, first.currency) == (420_000, "EUR")
            assert (first.state_since, first.instalments, first.service_count) == (MADE, [], 0)
            assert (first.payment_incomplete, second.payment_incomplete) == (True, False)
            # Two hours ahead of UTC the day of arrival ends at 22:00.
            arrived = dt.datetime(2026, 5, 1, 22, tzinfo=dt.UTC)
            assert [each.late_from for each in (first, second, third)] == [arrived, None, arrived]
            assert first.over_from == dt.datetime(2026, 5, 9, 22, tzinfo=dt.UTC)
            steps = session.scalars(sa.select(StepRow).order_by(StepRow.itinerary_id)).all()
            assert [(step.number, step.before, step.after, step.at) for step in steps] == [
                (1, None, ItineraryState.CONFIRMED, MADE),
                (1, None, ItineraryState.CANCELLED, MADE),
                (1, None, ItineraryState.IN_PROGRESS, MADE),
            ]
            [found] = session.scalars(sa.select(OverbookingRow))
            assert (found.first_id, found.second_id) == (first.id, third.id)
            assert (found.listing_id, found.start, found.end, found.version) == (
                DETAILS.listing_id, DETAILS.start, DETAILS.end, 1,
            )  # fmt: skip


def test_what_of_a_price_nobody_planned_becomes_due(store_url: str) -> None:
    history = History("itineraries")
    plans: dict[int, tuple[int, int, int]] = {  # planned for 1 May and for 3 May, and received
        1: (0, 0, 0),
        2: (100, 0, 100),
        3: (0, 100, 0),
        4: (0, 500, 0),
        5: (0, 100, 400),
    }
    due = {1: 2, 2: 2, 3: 2, 4: None, 5: None}  # on which day of May something is overdue
    with closing(Database(store_url, name="migrations")) as database:
        with database.exclusive() as connection:
            history.upgrade(connection, "0005")
            trips = sa.Table("itineraries", sa.MetaData(), autoload_with=connection)
            payments = sa.Table("payments", sa.MetaData(), autoload_with=connection)
            for table in (trips, payments):
                for column in table.c:
                    if column.name.endswith("_at") or column.name.endswith(("_since", "_from")):
                        column.type = UTCDateTime()
                    elif column.name.endswith("id") and not column.name.startswith("ext"):
                        column.type = sa.Uuid() if column.name != "request_id" else column.type
            for number, (now, later, received) in plans.items():
                plan = [
                    {"due": f"2026-05-0{day}", "amount": {"amount": part, "currency": "EUR"}}
                    for day, part in ((1, now), (3, later))
                    if part
                ]
                row = {
                    "organisation_id": OURS, "id": UUID(int=number), "version": 1,
                    "reference": f"TRP-2026-000{number}", "state": "confirmed", "title": "Galicia",
                    "start": DETAILS.start, "end": DETAILS.end, "searched": "", "created_at": MADE,
                    "state_since": MADE, "details": {"zone": "UTC"}, "instalments": plan,
                    "payment_incomplete": True, "price": 500, "currency": "EUR",
                    "service_count": 0,
                }  # fmt: skip
                connection.execute(sa.insert(trips), row)
                entry = {
                    "organisation_id": OURS, "id": UUID(int=number), "kind": "received",
                    "itinerary_id": UUID(int=number), "request_id": f"{number}", "amount": received,
                    "currency": "EUR", "date": DETAILS.start, "method": "", "note": "",
                    "external_id": "", "recorded_at": MADE, "recorded_by_name": "",
                    "void_reason": "",
                }  # fmt: skip
                connection.execute(sa.insert(payments), entry)
            history.upgrade(connection)
        with database.reading(OURS) as session:
            found = session.execute(sa.select(ItineraryRow.id, ItineraryRow.late_from))
            assert {id.int: late and late.day for id, late in found} == due
