"""Trips on paper: what stands there, and that any words make a PDF."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.accounts import Branding
from contracts.common import Money
from contracts.itineraries import (
    Guest,
    Instalment,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    PaperKind,
    PaymentKind,
    Service,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from contracts.samples import sample
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, NotFound, Unauthenticated
from itineraries import drawing
from itineraries.domain import papers

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9))
MAY = dt.date(2026, 5, 1)
TRIP = ItineraryDetails(
    title="Дорога в Αθήνα & São Tomé <b>",
    start=MAY,
    end=MAY + dt.timedelta(days=3),
    zone="Europe/Athens",
    guests=[Guest(name="Łukasz Đorđe")],
    language="en",
    price=Money(amount=482_000, currency="EUR"),
    notes="SECRET",
)
WALK = ServiceDetails(
    kind=ServiceKind.TOUR,
    name="Περίπατος",
    date=MAY,
    time=dt.time(9, 30),
    zone="Europe/Athens",
    description="Прогулка\nпо городу",
    place="Museum",
    supplier_name="SECRET",
    requirements="SECRET",
)
BRANDING = Branding(name="Atlas & Shore", colour="#0f5c6e", address=["Rua 1"])


def whole(*services: ServiceDetails, **changes: Any) -> Itinerary:
    example: Itinerary = sample(Itinerary)
    planned = [
        Service(
            id=UUID(int=number),
            itinerary_id=example.id,
            details=each,
            starts_at=dt.datetime(2026, 5, 1, 6, 30, tzinfo=dt.UTC),
            version=1,
        )
        for number, each in enumerate(services, 1)
    ]
    return replace(example, details=TRIP, services=planned, **changes)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_a_paper_says_what_a_guest_needs_and_no_more() -> None:
    off = replace(WALK, name="Off", state=ServiceState.CANCELLED)
    found = papers.paper(whole(WALK, off), PaperKind.ITINERARY, None, BRANDING, "Licence 7")
    assert (found.file_name, found.heading) == ("TRP-2026-0012-itinerary.pdf", "Itinerary")
    [(day, [entry])] = found.days
    assert day == "Friday, 1 May 2026"
    assert (entry.when, entry.name) == ("09:30", "Περίπατος")
    assert entry.zone == "Eastern European Summer Time, UTC+3"
    assert entry.facts == [("Guests", "1"), ("Place", "Museum")]
    assert found.sums == []
    assert found.footer == ["Rua 1", "Licence 7"]
    assert "SECRET" not in repr(found)


def test_a_confirmation_has_price_and_payments() -> None:
    trip = whole(
        WALK,
        instalments=[Instalment(due=MAY, amount=Money(amount=9, currency="JPY"), label="Rest")],
    )
    found = papers.paper(trip, PaperKind.CONFIRMATION, "de", BRANDING, "")
    sums = [(row.label, row.amount.replace("\xa0", " ")) for row in found.sums]
    assert sums == [
        ("Gesamtpreis", "4.820,00 €"),
        ("Fällig Freitag, 1. Mai 2026 (Rest)", "9 ¥"),
        ("Erhalten Sonntag, 1. März 2026", "1.205,00 €"),
        ("Noch zu zahlen", "3.615,00 €"),
    ]
    back = replace(trip.payments[0], kind=PaymentKind.REFUNDED)
    found = papers.paper(replace(trip, payments=[back]), PaperKind.CONFIRMATION, "de", BRANDING, "")
    assert found.sums[2].amount.startswith(("-", "−"))


def test_letters_of_many_scripts_are_embedded() -> None:
    found = papers.paper(whole(WALK), PaperKind.CONFIRMATION, None, BRANDING, "")
    pdf = drawing.draw(found)
    assert pdf.startswith(b"%PDF-1.")
    assert pdf.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in pdf
    assert b"Roboto" in pdf
    assert drawing.draw(found) == pdf
    assert len(pdf) < 200_000  # the letters that occur, not the whole typeface


def test_a_short_trip_is_one_page() -> None:
    trip = whole(WALK, replace(WALK, date=MAY + dt.timedelta(days=1)))
    pdf = drawing.draw(papers.paper(trip, PaperKind.ITINERARY, None, BRANDING, ""))
    assert pages(pdf) == 1


def test_pages_are_counted() -> None:
    days = [replace(WALK, date=MAY + dt.timedelta(days=number)) for number in range(40)]
    pdf = drawing.draw(papers.paper(whole(*days), PaperKind.ITINERARY, None, BRANDING, ""))
    assert pages(pdf) > 2
    assert len(set(re.findall(rb"/Contents (\d+) 0 R", pdf))) == pages(pdf)


wild = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@settings(max_examples=25)
@given(wild, wild, wild)
def test_any_words_make_a_paper(title: str, text: str, name: str) -> None:
    trip = whole(replace(WALK, name=name or "x", description=text, place=text))
    trip = replace(
        trip, details=replace(TRIP, title=title or "x", guests=[Guest(name=name or "x")])
    )
    look = Branding(name=name or "x", colour="#0f5c6e", address=[text])
    for kind in PaperKind:
        assert pages(drawing.draw(papers.paper(trip, kind, None, look, text))) >= 1


def test_a_huge_trip_is_drawn_in_bounded_time() -> None:
    long = replace(WALK, description="<" * 50_000, name="x" * 200)
    begun = time.process_time()
    pdf = drawing.draw(papers.paper(whole(*[long] * 20), PaperKind.ITINERARY, None, BRANDING, ""))
    assert time.process_time() - begun < 30
    assert pages(pdf) > 10


@pytest.mark.parametrize("state", ItineraryState)
def test_only_what_is_confirmed_has_a_confirmation(state: ItineraryState) -> None:
    papers.check_state(PaperKind.ITINERARY, state)
    if state.value in ("confirmed", "in_progress", "finished"):
        papers.check_state(PaperKind.CONFIRMATION, state)
    else:
        with pytest.raises(Conflict):
            papers.check_state(PaperKind.CONFIRMATION, state)


def test_a_paper_is_kept_where_files_are(desk: Any) -> None:
    with acting(PERSON):
        trip = desk.client.create_itinerary(details=TRIP, services=[WALK])
        file = desk.client.draw_paper(id=trip.id, kind=PaperKind.ITINERARY)
        assert (file.name, file.content_type) == (
            f"{trip.reference}-itinerary.pdf", "application/pdf",
        )  # fmt: skip
        content = desk.files.read(OURS, file.key)
        assert content.startswith(b"%PDF")
        assert len(content) == file.size
        assert desk.client.draw_paper(id=trip.id, kind=PaperKind.ITINERARY) == file
        with pytest.raises(Conflict):
            desk.client.draw_paper(id=trip.id, kind=PaperKind.CONFIRMATION)
        token = desk.client.share_itinerary(id=trip.id).public_url.rpartition("/")[2]
    with acting(Context()):
        public = desk.client.public_paper(token=token)
        assert (public.organisation_id, public.file) == (OURS, file)
        with pytest.raises(NotFound):
            desk.client.public_paper(token="x" * 43)
        with pytest.raises(Unauthenticated):
            desk.client.draw_paper(id=trip.id, kind=PaperKind.ITINERARY)
    with acting(Context(role=Role.OWNER, organisation=THEIRS)), pytest.raises(NotFound):
        desk.client.draw_paper(id=trip.id, kind=PaperKind.ITINERARY)
