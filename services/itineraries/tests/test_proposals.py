"""Proposals: rules against plain comparisons, and the way from draft to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import select

from contracts.common import Money
from contracts.itineraries import (
    ChangeKind,
    Guest,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    Proposal,
    ProposalChanged,
    ProposalContent,
    ProposalItem,
    ProposalLine,
    ProposalOffer,
    ProposalState,
    ProposalStep,
    ServiceDetails,
    ServiceKind,
    ServiceState,
    Standing,
)
from contracts.notifications import NotificationRaised
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from itineraries.domain import proposals as rules
from itineraries.store.proposals import ProposalRow

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Inês")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
GUEST = Context(remote="203.0.113.24")
MAY = dt.date(2026, 5, 1)
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
TRIP = ItineraryDetails(
    title="Galicia",
    start=MAY,
    end=MAY + dt.timedelta(days=3),
    zone="Europe/Madrid",
    guests=[Guest(name="Rui")],
    language="pt",
    sales_agent_id=UUID(int=70),
)
WALK = ServiceDetails(
    kind=ServiceKind.TOUR,
    name="Walk",
    date=MAY,
    time=dt.time(9, 30),
    zone="Europe/Madrid",
    description="On foot",
    supplier_name="SECRET",
    notes="SECRET",
)
BOAT = replace(WALK, name="Boat", date=MAY + dt.timedelta(days=1), time=None)
State = ItineraryState


def euro(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


lines = st.lists(
    st.builds(
        ProposalLine,
        service_id=st.integers(1, 4).map(lambda n: UUID(int=n)),
        kind=st.just(ServiceKind.TOUR),
        name=st.sampled_from(["Walk", "Boat"]),
        date=st.sampled_from([MAY, MAY + dt.timedelta(days=1)]),
        zone=st.just("UTC"),
        time=st.sampled_from([None, dt.time(9)]),
        starts_at=st.just(NOW),
        duration=st.none(),
        pax=st.integers(1, 2),
        place=st.just(""),
        text=st.sampled_from(["", "a"]),
        price=st.sampled_from([None, euro(1), euro(2)]),
    ),
    max_size=4,
    unique_by=lambda line: line.service_id,
)
contents = st.builds(
    ProposalContent,
    title=st.sampled_from(["A", "B"]),
    start=st.just(MAY),
    end=st.just(MAY),
    introduction=st.sampled_from(["", "Hello"]),
    terms=st.just(""),
    language=st.none(),
    lines=lines,
    total=st.sampled_from([None, euro(5), euro(6)]),
)


@given(contents, contents)
def test_changes_lead_from_one_version_to_the_other(
    before: ProposalContent, after: ProposalContent
) -> None:
    assert rules.changes(1, before, before) is None
    found = rules.changes(1, before, after)
    if found is None:
        assert replace(before, lines=[]) == replace(after, lines=[])
        assert {x.service_id: x for x in before.lines} == {x.service_id: x for x in after.lines}
        return
    applied = {line.service_id: line for line in before.lines}
    for change in found.lines:
        line = change.after or change.before
        assert line is not None
        if change.kind is not ChangeKind.ADDED:
            assert applied.pop(line.service_id) == change.before
        if change.after is not None:
            applied[line.service_id] = change.after
        if change.before is not None and change.after is not None:
            values = {name: getattr(change.after, name) for name in change.fields}
            assert replace(change.before, **values) == change.after
            assert change.before != change.after
    assert applied == {line.service_id: line for line in after.lines}
    values = {name: getattr(after, name) for name in found.fields}
    assert replace(before, lines=after.lines, **values) == after
    assert (found.total_before, found.total_after) == (before.total, after.total)


@given(st.text(max_size=50), st.integers(), st.text(max_size=70))
def test_no_other_form_passes(token: str, number: int, given_: str) -> None:
    form = rules.form("pr_" + "x" * 43, 3)
    rules.check_form("pr_" + "x" * 43, 3, form)
    if (token, number) != ("pr_" + "x" * 43, 3):
        with pytest.raises(Forbidden):
            rules.check_form(token, number, form)
    if given_ != form:
        with pytest.raises(Forbidden):
            rules.check_form("pr_" + "x" * 43, 3, given_)


@pytest.mark.parametrize("state", ProposalState)
@pytest.mark.parametrize("trip", State)
@pytest.mark.parametrize("hours", [None, -1, 0, 1])
def test_an_answer_is_possible_while_it_is_open(
    state: ProposalState, trip: State, hours: int | None
) -> None:
    expires = None if hours is None else NOW + dt.timedelta(hours=hours)
    found = rules.standing(state, expires, trip, NOW)
    alive = trip not in (State.FINISHED, State.CANCELLED)
    is_open = state in (ProposalState.DRAFT, ProposalState.SENT) and alive and hours in (None, 1)
    assert (found is Standing.OPEN) == is_open
    if not is_open:
        with pytest.raises(Conflict):
            rules.check_answerable(found)
    if state is ProposalState.ACCEPTED:
        assert found is Standing.ACCEPTED  # it stays visible, whatever becomes of the trip


@pytest.fixture
def itineraries(desk: Any) -> Iterator[Itineraries]:
    with acting(PERSON):
        yield desk.client


@pytest.fixture
def trip(itineraries: Itineraries) -> Itinerary:
    return itineraries.create_itinerary(details=TRIP, services=[WALK, BOAT])


def offer(trip: Itinerary, *prices: int | None, **more: Any) -> ProposalOffer:
    items = [
        ProposalItem(service_id=each.id, price=None if price is None else euro(price))
        for each, price in zip(trip.services, prices, strict=False)
    ]
    return ProposalOffer(items=items, **more)


def sent(itineraries: Itineraries, trip: Itinerary, *prices: int) -> tuple[Proposal, str]:
    made = itineraries.create_proposal(itinerary_id=trip.id, offer=offer(trip, *prices))
    link = itineraries.link_proposal(id=made.id, version=made.version)
    return link.proposal, link.url.rpartition("/")[2]


def answer(itineraries: Itineraries, token: str, number: int, **said: Any) -> Any:
    values: dict[str, Any] = {
        "token": token, "number": number, "form": rules.form(token, number), "accepted": True,
    }  # fmt: skip
    with acting(GUEST):
        return itineraries.answer_proposal(**(values | said))


def read(itineraries: Itineraries, token: str) -> Any:
    with acting(GUEST):
        return itineraries.public_proposal(token=token)


def test_a_proposal_is_composed_of_the_trips_services(
    itineraries: Itineraries, trip: Itinerary
) -> None:
    made = itineraries.create_proposal(
        itinerary_id=trip.id, offer=offer(trip, 300, 200, introduction="Olá", terms="Agreed")
    )
    content = made.content
    assert (made.state, made.number, made.linked) == (ProposalState.DRAFT, 1, False)
    assert (content.title, content.language, content.total) == ("Galicia", "pt", euro(500))
    assert [(line.name, line.text, line.price) for line in content.lines] == [
        ("Walk", "On foot", euro(300)),
        ("Boat", "On foot", euro(200)),
    ]
    assert "SECRET" not in repr(made)
    assert itineraries.get_proposal(id=made.id) == made
    assert itineraries.list_proposals(itinerary_id=trip.id) == [made]
    again = itineraries.create_proposal(itinerary_id=trip.id, offer=ProposalOffer(), id=made.id)
    assert again == made


def test_without_items_everything_is_offered_that_takes_place(itineraries: Itineraries) -> None:
    off = replace(WALK, name="Off", state=ServiceState.DECLINED)
    trip = itineraries.create_itinerary(
        details=replace(TRIP, price=euro(900)), services=[WALK, off]
    )
    made = itineraries.create_proposal(itinerary_id=trip.id, offer=ProposalOffer())
    assert [line.name for line in made.content.lines] == ["Walk"]
    assert made.content.total == euro(900)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda o: replace(o, total=Money(amount=5, currency="JPY")), "offer.total"),
        (lambda o: replace(o, total=euro(-5)), "offer.total.amount"),
        (lambda o: replace(o, title="a\nb"), "offer.title"),
        (lambda o: replace(o, items=[*o.items, o.items[0]]), "offer.items[2].service_id"),
        (lambda o: replace(o, items=[ProposalItem(service_id=uuid4())]),
         "offer.items[0].service_id"),
        (lambda o: replace(o, introduction="x" * 100_000, terms="x" * 100_000), "offer"),
    ],
)  # fmt: skip
def test_an_offer_that_cannot_be_is_refused(
    itineraries: Itineraries, trip: Itinerary, change: Any, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        itineraries.create_proposal(itinerary_id=trip.id, offer=change(offer(trip, 3, 2)))
    assert [each["field"] for each in caught.value.details["errors"]] == [field]
    assert itineraries.list_proposals(itinerary_id=trip.id) == []


def test_a_new_version_says_what_changed_since_the_last_one_read(
    itineraries: Itineraries, trip: Itinerary
) -> None:
    made, token = sent(itineraries, trip, 300, 200)
    assert itineraries.get_itinerary(id=trip.id).state is State.PROPOSED
    assert (read(itineraries, token).number, read(itineraries, token).changes) == (1, None)
    assert itineraries.get_proposal(id=made.id).seen == 1
    for prices in ((400, 200), (600, 200), (600,)):
        latest = itineraries.get_proposal(id=made.id)
        itineraries.revise_proposal(id=made.id, version=latest.version, offer=offer(trip, *prices))
    page = read(itineraries, token)
    assert (page.number, page.changes.since, page.changes.fields) == (4, 1, ["total"])
    assert [(each.kind, each.fields) for each in page.changes.lines] == [
        (ChangeKind.CHANGED, ["price"]),
        (ChangeKind.REMOVED, []),
    ]
    assert read(itineraries, token) == page  # the changes stay until there are others
    versions = itineraries.list_proposal_versions(id=made.id)
    assert [(each.number, each.seen_at is None) for each in versions] == [
        (4, False), (3, True), (2, True), (1, False),
    ]  # fmt: skip
    assert versions[0].changes is not None
    assert versions[-1].changes is None
    latest = itineraries.get_proposal(id=made.id)
    same = itineraries.revise_proposal(id=made.id, version=latest.version, offer=offer(trip, 600))
    assert same == latest
    with pytest.raises(Stale):
        itineraries.revise_proposal(id=made.id, version=1, offer=offer(trip, 600))


def test_accepting_confirms_the_trip_at_its_price(
    itineraries: Itineraries, trip: Itinerary, desk: Any
) -> None:
    other, other_token = sent(itineraries, trip, 900)
    made, token = sent(itineraries, trip, 300, 200)
    page = answer(itineraries, token, 1, name=" Rui ", comment=" Let's go\n", user_agent="Mail/1.0")
    assert (page.standing, page.answered_by, page.form) == (Standing.ACCEPTED, "Rui", "")
    found = itineraries.get_itinerary(id=trip.id)
    assert (found.state, found.details.price) == (State.CONFIRMED, euro(500))
    assert found.history[-1].reason == "The proposal was accepted"
    assert found.history[-1].user_id is None
    accepted = itineraries.get_proposal(id=made.id)
    given_ = accepted.answer
    assert given_ is not None
    assert (given_.number, given_.comment, given_.remote) == (1, "Let's go", "203.0.113.24")
    assert given_.user_agent == "Mail/1.0"
    assert itineraries.get_proposal(id=other.id).state is ProposalState.WITHDRAWN
    assert read(itineraries, other_token).standing is Standing.CLOSED
    events = desk.told()
    [notice] = [each for each in events if isinstance(each, NotificationRaised)]
    assert (notice.dedupe_key, notice.text) == (f"proposal_answered:{made.id}:1", "Let's go")
    assert set(notice.to.users) == {UUID(int=9), UUID(int=70)}
    # The same again changes nothing; the other answer is too late; the page stays.
    assert answer(itineraries, token, 1) == page == read(itineraries, token)
    assert len(desk.told()) == len(events)
    with pytest.raises(Conflict) as caught:
        answer(itineraries, token, 1, accepted=False)
    assert caught.value.code == "itineraries.proposal_closed"
    with pytest.raises(Conflict):
        itineraries.revise_proposal(id=made.id, version=accepted.version, offer=offer(trip, 1))
    with pytest.raises(Conflict):
        itineraries.withdraw_proposal(id=made.id, version=accepted.version)
    last = [each for each in events if isinstance(each, ProposalChanged)]
    assert {each.proposal.id: each.proposal.state for each in last}[made.id] is accepted.state
    steps = [each.step for each in last if each.proposal.id == made.id]
    assert (steps[0], steps.count(ProposalStep.ACCEPTED)) == (ProposalStep.CREATED, 1)
    assert {*steps} == {ProposalStep.CREATED, ProposalStep.OTHER, ProposalStep.ACCEPTED}
    assert [each.action for each in desk.audited()].count("proposal.accepted") == 1


def test_only_the_version_shown_is_accepted(itineraries: Itineraries, trip: Itinerary) -> None:
    made, token = sent(itineraries, trip, 300)
    old = read(itineraries, token)
    latest = itineraries.get_proposal(id=made.id)
    itineraries.revise_proposal(id=made.id, version=latest.version, offer=offer(trip, 400))
    with pytest.raises(Conflict) as caught:
        answer(itineraries, token, 1, form=old.form)
    assert (caught.value.code, caught.value.details) == (
        "itineraries.proposal_changed", {"number": 2},
    )  # fmt: skip
    for number, form in ((2, old.form), (1, ""), (2, "é")):
        with pytest.raises(Forbidden):
            answer(itineraries, token, number, form=form)
    assert itineraries.get_itinerary(id=trip.id).state is State.PROPOSED
    assert answer(itineraries, token, 2).standing is Standing.ACCEPTED


def test_a_declined_one_is_open_again_once_revised(
    itineraries: Itineraries, trip: Itinerary
) -> None:
    made, token = sent(itineraries, trip, 300)
    page = answer(itineraries, token, 1, accepted=False, comment="Too dear")
    assert page.standing is Standing.DECLINED
    assert answer(itineraries, token, 1, accepted=False) == page
    assert itineraries.get_itinerary(id=trip.id).state is State.PROPOSED
    with pytest.raises(Conflict):
        answer(itineraries, token, 1)
    latest = itineraries.get_proposal(id=made.id)
    revised = itineraries.revise_proposal(
        id=made.id, version=latest.version, offer=offer(trip, 200)
    )
    assert (revised.state, revised.answer) == (ProposalState.SENT, None)
    assert answer(itineraries, token, 2).standing is Standing.ACCEPTED


def test_a_link_is_kept_as_a_hash_and_can_be_withdrawn(
    itineraries: Itineraries, trip: Itinerary, desk: Any
) -> None:
    made, token = sent(itineraries, trip, 300)
    with desk.database.reading(OURS) as session:
        [kept] = session.scalars(select(ProposalRow.fingerprint))
        assert kept not in (None, token)
    assert token not in repr(desk.told())
    assert token not in repr(desk.audited())
    link = itineraries.link_proposal(
        id=made.id, version=made.version, expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    )
    other = link.url.rpartition("/")[2]
    for unknown in (token, "", "pr_", "pr_" + "x" * 43, "\0"):
        with pytest.raises(NotFound) as caught:
            read(itineraries, unknown)
        assert caught.value.code == "itineraries.link_unknown"
    assert read(itineraries, other).standing is Standing.OPEN
    assert not itineraries.unlink_proposal(id=made.id).linked
    assert not itineraries.unlink_proposal(id=made.id).linked
    for call in (read, lambda i, t: answer(i, t, 1)):
        with pytest.raises(NotFound):
            call(itineraries, other)
    latest = itineraries.get_proposal(id=made.id)
    with pytest.raises(Invalid):
        itineraries.link_proposal(id=made.id, version=latest.version, expires_at=NOW)


def test_a_cancelled_trip_is_not_accepted(itineraries: Itineraries, trip: Itinerary) -> None:
    _, token = sent(itineraries, trip, 300)
    found = itineraries.get_itinerary(id=trip.id)
    itineraries.set_state(id=trip.id, version=found.version, state=State.CANCELLED)
    assert read(itineraries, token).standing is Standing.CLOSED
    with pytest.raises(Conflict):
        answer(itineraries, token, 1)
    assert itineraries.get_itinerary(id=trip.id).state is State.CANCELLED


def test_strangers_and_nobody_reach_no_proposal(itineraries: Itineraries, trip: Itinerary) -> None:
    made, _ = sent(itineraries, trip, 300)
    doors: list[tuple[str, dict[str, Any]]] = [
        ("list_proposals", {"itinerary_id": trip.id}),
        ("create_proposal", {"itinerary_id": trip.id, "offer": ProposalOffer()}),
        ("get_proposal", {"id": made.id}),
        ("list_proposal_versions", {"id": made.id}),
        ("revise_proposal", {"id": made.id, "version": 2, "offer": ProposalOffer()}),
        ("link_proposal", {"id": made.id, "version": 2}),
        ("unlink_proposal", {"id": made.id}),
        ("withdraw_proposal", {"id": made.id, "version": 2}),
    ]
    for method, arguments in doors:
        with acting(STRANGER), pytest.raises(NotFound):
            getattr(itineraries, method)(**arguments)
        with acting(Context()), pytest.raises(Unauthenticated):
            getattr(itineraries, method)(**arguments)
    assert itineraries.get_proposal(id=made.id) == made
