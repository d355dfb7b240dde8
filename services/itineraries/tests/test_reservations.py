"""Files of reservations: what their cells say, and what is refused."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.common import Money
from contracts.importing import ImportPolicy
from contracts.itineraries import (
    DayOrder,
    DecimalMark,
    Guest,
    ItineraryDetails,
    ItineraryState,
    Listing,
    Portal,
    ReservationPlan,
)
from contracts.itineraries import ExternalId as Name
from fairlead.currency import exponent, major
from fairlead.errors import Invalid
from itineraries.domain import cells, reservations
from itineraries.domain.reservations import Known
from itineraries.domain.states import ALLOWED, path

CASA, VILA = UUID(int=11), UUID(int=12)
SITE = UUID(int=21)
KNOWN = Known.of(
    [
        Listing(
            id=CASA, name="Casa Azul", address="", zone="Europe/Lisbon",
            external_ids=[Name(source="Stayfinder", id="PT-1")],
        ),
        Listing(id=VILA, name="Vila", address="", zone="Atlantic/Azores"),
        Listing(id=UUID(int=13), name="vila", address="", zone="UTC"),
        Listing(id=UUID(int=14), name="Gone", address="", zone="UTC", archived=True),
    ],
    [Portal(id=SITE, name="Stayfinder", tags=[], archived=False, version=1)],
    "Europe/Madrid",
)  # fmt: skip
MAY = dt.date(2026, 5, 1)
TARGETS: list[str | None] = ["start", "end", "guest"]


def row(targets: list[str | None], given: list[str], **more: Any) -> reservations.Row:
    plan = ReservationPlan(targets=targets, **more)
    return reservations.understand(2, given, plan, KNOWN)


@pytest.mark.parametrize(
    ("cell", "order", "says"),
    [
        ("2026-05-01", DayOrder.DAY_FIRST, MAY),
        ("2026-05-01T14:00:00Z", DayOrder.DAY_FIRST, MAY),
        ("2026/5/1 3:00 PM", DayOrder.MONTH_FIRST, MAY),
        ("20260501", DayOrder.DAY_FIRST, MAY),
        ("01/05/2026", DayOrder.DAY_FIRST, MAY),
        ("05/01/2026", DayOrder.MONTH_FIRST, MAY),
        ("1.5.26", DayOrder.MONTH_FIRST, MAY),
        ("5-1-26", DayOrder.MONTH_FIRST, MAY),
        ("1 May 2026", DayOrder.DAY_FIRST, MAY),
        ("May 1st, 2026", DayOrder.DAY_FIRST, MAY),
        ("01-MAY-2026", DayOrder.DAY_FIRST, MAY),
        ("31/12/2026", DayOrder.MONTH_FIRST, None),
        ("2026-02-30", DayOrder.DAY_FIRST, None),
        ("1/5-2026", DayOrder.DAY_FIRST, None),
        ("1066-10-14", DayOrder.DAY_FIRST, None),
        ("1 Ma 2026", DayOrder.DAY_FIRST, None),
        ("tomorrow", DayOrder.DAY_FIRST, None),
    ],
)
def test_days_of_many_makes(cell: str, order: DayOrder, says: dt.date | None) -> None:
    if says is None:
        with pytest.raises(ValueError, match="is"):
            cells.day(cell, order)
    else:
        assert cells.day(cell, order) == says


@pytest.mark.parametrize(
    ("cell", "mark", "says"),
    [
        ("1,250.50", None, "1250.50 EUR"),
        ("1.250,50 €", None, "1250.50 EUR"),
        ("€ 1 250,5", None, "1250.50 EUR"),
        ("CHF 1'250.50", None, "1250.50 CHF"),
        ("1.234.567", None, "1234567 EUR"),
        ("1250", None, "1250 EUR"),
        ("0.125 BHD", None, "0.125 BHD"),
        ("¥", None, None),
        ("1.250", None, None),
        ("1.250", DecimalMark.COMMA, "1250 EUR"),
        ("1.255", DecimalMark.POINT, None),  # a tenth of a cent
        ("1,25", DecimalMark.POINT, None),
        ("1,250", DecimalMark.POINT, "1250 EUR"),
        ("12.5 JPY", None, None),
        ("-5", None, None),
        ("12 ABC", None, None),
        ("US$ 12", None, "12 USD"),
        ("1e9", None, None),
        ("٣", None, None),
    ],
)
def test_amounts_of_many_makes(cell: str, mark: DecimalMark | None, says: str | None) -> None:
    if says is None:
        with pytest.raises(ValueError, match=r"is|has|could"):
            cells.money(cell, "EUR", mark)
        return
    found = cells.money(cell, "EUR", mark)
    assert f"{major(found.amount, found.currency).normalize():f}".rstrip("0").rstrip(".") in says
    assert found.currency == says[-3:]


@settings(max_examples=60)
@given(
    st.integers(0, 10**12),
    st.sampled_from(["EUR", "JPY", "BHD"]),
    st.sampled_from(DecimalMark),
    st.booleans(),
)
def test_what_is_written_with_a_mark_is_read(
    amount: int, currency: str, mark: DecimalMark, grouped: bool
) -> None:
    text = f"{major(amount, currency):{',' if grouped else ''}.{exponent(currency)}f}"
    if mark is DecimalMark.COMMA:
        text = text.translate(str.maketrans(",.", ".,"))
    assert cells.money(text, currency, mark) == Money(amount=amount, currency=currency)


@settings(max_examples=40)
@given(st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31)), st.sampled_from(DayOrder))
def test_what_is_written_in_an_order_is_read(day: dt.date, order: DayOrder) -> None:
    numbers = "%d/%m/%Y" if order is DayOrder.DAY_FIRST else "%m/%d/%Y"
    for form in (numbers, "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y"):
        assert cells.day(day.strftime(form), order) == day


def test_no_cell_breaks_the_reading() -> None:
    @settings(max_examples=150)
    @given(st.lists(st.text(max_size=20), min_size=len(reservations.TARGETS)))
    def check(given: list[str]) -> None:
        found = row(list(reservations.TARGETS), given)
        assert (found.details is None) == (found.refused is not None)

    check()


def test_what_a_row_says() -> None:
    found = row(
        [
            "external_id", "portal", "listing", "first_name", "last_name", "guests", "start",
            "nights", "state", "price", "currency", "tags", "booked", None,
        ],
        [
            "HM-1", "stayfinder", "pt-1", "Inês", "Luz", "Rui Luz; Inês  Luz", "1 May 2026",
            "3", "Checked-Out", "300", "usd", "VIP; vip", "2026-01-02 10:00", "?",
        ],
    )  # fmt: skip
    assert found.refused is None
    assert found.details == ItineraryDetails(
        title="Inês Luz", start=MAY, end=dt.date(2026, 5, 4), zone="Europe/Lisbon",
        guests=[Guest(name="Inês Luz", lead=True), Guest(name="Rui Luz")],
        listing_id=CASA, portal_id=SITE, external_id="HM-1", tags=["VIP"],
        price=Money(amount=30_000, currency="USD"),
    )  # fmt: skip
    assert (found.state, found.booked) == (ItineraryState.FINISHED, dt.date(2026, 1, 2))


@pytest.mark.parametrize(
    ("target", "cell"),
    [
        ("start", "soon"),
        ("end", "2026-04-30"),
        ("nights", "7"),
        ("listing", "Vila"),  # two are called so
        ("listing", "Nowhere"),
        ("listing", "Gone"),
        ("portal", "Elsewhere"),
        ("state", "perhaps"),
        ("price", "12"),  # no currency
        ("zone", "Lisbon"),
        ("language", "Portuguese"),
        ("external_id", "x" * 501),
        ("tags", "x" * 61),
        ("booked", "yesterday"),
        ("notes", "x" * 100_001),
    ],
)
def test_what_is_refused_names_its_column(target: str, cell: str) -> None:
    given = {"start": "2026-05-01", "end": "2026-05-02", "guest": "Ana", target: cell}
    found = row(list(given), list(given.values()))
    assert found.refused is not None
    assert found.refused[0] == target


def test_a_row_without_its_days_is_refused() -> None:
    assert row(TARGETS, ["", "2026-05-02", "Ana"]).refused == ("start", "is blank")
    assert row(TARGETS, ["2026-05-01", " ", "Ana"]).refused == ("end", "is blank")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"targets": ["start"]}, "plan.targets"),
        ({"targets": ["end", "guest"]}, "plan.targets"),
        ({"targets": ["start", "end", "start"]}, "plan.targets[2]"),
        ({"targets": ["start", "end", "shoe size"]}, "plan.targets[2]"),
        ({"portal_id": UUID(int=99)}, "plan.portal_id"),
        ({"listing_id": UUID(int=14)}, "plan.listing_id"),
        ({"zone": "Lisbon"}, "zone"),
        ({"tags": [" "]}, "tags[0]"),
    ],
)
def test_a_plan_is_checked(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        reservations.check_plan(ReservationPlan(**({"targets": TARGETS} | wrong)), KNOWN)
    assert [each["field"] for each in caught.value.details["errors"]] == [field]


def test_headings_of_portals_are_known() -> None:
    text = "Book Number,Guest name(s),Check-in,Check-out,Status,Price,Commission amount\n"
    found = reservations.guess(text.encode() + b"1,Ana,2026-05-01,2026-05-02,ok,1,1\n")
    assert [each.target for each in found.columns] == [
        "external_id", None, "start", "end", "state", "price", "commission",
    ]  # fmt: skip
    again = reservations.guess(text.encode(), lambda names: ["guest", "gone", *[None] * 5])
    assert [each.target for each in again.columns] == ["guest", *[None] * 6]


def test_what_is_merged_is_what_the_policy_allows() -> None:
    contact = UUID(int=77)
    present = ItineraryDetails(
        title="Ours", start=MAY, end=MAY, zone="UTC", tags=["vip"],
        guests=[Guest(name="Ana Luz", contact_id=contact)],
    )  # fmt: skip
    found = row(
        [*TARGETS, "notes", "tags"], ["2026-05-02", "2026-05-03", "ana luz;Bea", "Late", "VIP;x"]
    )
    filled = reservations.merged(present, found, ImportPolicy.FILL, ["new"])
    assert (filled.start, filled.notes, filled.guests) == (MAY, "Late", present.guests)
    assert filled.tags == ["vip", "x", "new"]
    written = reservations.merged(present, found, ImportPolicy.OVERWRITE, [])
    assert (written.start, written.title) == (dt.date(2026, 5, 2), "Ours")
    assert written.guests == [Guest(name="Ana Luz", contact_id=contact), Guest(name="Bea")]
    for policy in (ImportPolicy.FILL, ImportPolicy.OVERWRITE):
        once = reservations.merged(present, found, policy, ["new"])
        assert reservations.merged(once, found, policy, ["new"]) == once


def test_paths_are_of_steps_that_are_allowed() -> None:
    for before in ItineraryState:
        for after in ItineraryState:
            steps = path(before, after)
            for one, other in itertools.pairwise([before, *(steps or [])]):
                assert other in ALLOWED[one]
            if steps:
                assert steps[-1] is after
    states = ItineraryState
    assert path(states.CONFIRMED, states.FINISHED) == [states.IN_PROGRESS, states.FINISHED]
    assert path(states.CANCELLED, states.CONFIRMED) == [states.INQUIRY, states.CONFIRMED]
    assert path(states.FINISHED, states.CONFIRMED) == []
    assert path(states.FINISHED, states.CANCELLED) is None
