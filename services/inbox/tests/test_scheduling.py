"""What becomes of a scheduled message: its states, and what a change of its trip does to it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.inbox import Anchor, Draft, LocalTime, Problem, RelativeTime, ScheduleState, SendAt
from contracts.itineraries import Itinerary, ItineraryState, Service, ServiceState
from fairlead.errors import Conflict
from inbox.domain import scheduling
from inbox.domain.moments import Moment, Surroundings
from inbox.domain.scheduling import (
    LATE,
    RULE,
    STEPS_KEPT,
    Standing,
    Who,
    begin,
    follow,
    follow_trip,
    late,
)
from inbox.testing import NOW, service, trip

MARIA = Who("Maria Ruiz")
HOUR = dt.timedelta(hours=1)
WRONG = [Problem(field="variables.code", reason="is missing")]


def tour(hours: float = 48, **details: Any) -> Service:
    return replace(service(**details), starts_at=NOW + hours * HOUR)


def waiting(hours: float = 24) -> Standing:
    return begin(Moment(NOW + hours * HOUR, "Europe/Lisbon"), MARIA, NOW)


def reminder(of: Service, hours: int = -24) -> Draft:
    relative = RelativeTime(anchor=Anchor.SERVICE_START, service_id=of.id, minutes=hours * 60)
    return Draft(service_ids=[of.id], send_at=SendAt(relative=relative))


def about(*services: Service) -> list[Draft]:
    """Messages about services, at every kind of moment."""
    first, ids = services[0], [each.id for each in services]
    at_eight = LocalTime(date=first.details.date, time=dt.time(8), zone="place")
    first_of_them = RelativeTime(anchor=Anchor.SERVICE_START, minutes=-24 * 60)
    moments = [
        SendAt(local=at_eight),
        SendAt(at=NOW + 24 * HOUR),
        SendAt(relative=first_of_them),
    ]
    return [reminder(first), *(Draft(service_ids=ids, send_at=each) for each in moments)]


def off(planned: Service) -> Service:
    return replace(planned, details=replace(planned.details, state=ServiceState.CANCELLED))


def around(*trips: Itinerary, **fields: Any) -> Surroundings:
    services = [each.id for journey in trips for each in journey.services]
    return Surroundings(trips={each.id: each for each in trips}, service_ids=services, **fields)


def moved(planned: Service, hours: float) -> Service:
    return replace(planned, starts_at=NOW + hours * HOUR)


def state(journey: Itinerary, to: ItineraryState) -> Itinerary:
    return replace(journey, state=to, version=journey.version + 1)


def take(standing: Standing, step: str, now: dt.datetime) -> Standing:
    match step:
        case "moved":
            return standing.moved(Moment(now + HOUR, "UTC"), MARIA, now)
        case "edited":
            return standing.edited(Moment(now + HOUR, "UTC"), MARIA, now)
        case "held":
            return standing.held(WRONG, "missing", now)
        case "withdrawn":
            return standing.withdrawn(MARIA, "not needed", now)
        case _:
            return standing.left(now)


steps = st.lists(st.sampled_from(["moved", "edited", "held", "withdrawn", "left"]), max_size=12)


@given(steps)
def test_nothing_happens_after_the_end_and_every_step_is_noted(wanted: list[str]) -> None:
    standing = waiting()
    ended = False
    done = ["scheduled"]
    for number, step in enumerate(wanted):
        now = NOW + number * HOUR
        if ended:
            with pytest.raises(Conflict):
                take(standing, step, now)
            continue
        standing = take(standing, step, now)
        done.append(step)
        ended = step in ("withdrawn", "left")
        assert bool(standing.problems) == (standing.state is ScheduleState.HELD)
    assert [each.what for each in standing.history] == done
    assert [each.at for each in standing.history] == sorted(each.at for each in standing.history)


def test_the_history_has_a_bound_and_its_beginning() -> None:
    standing = waiting()
    for number in range(STEPS_KEPT * 2):
        standing = standing.moved(Moment(NOW + number * HOUR, "UTC"), MARIA, NOW)
    assert len(standing.history) == STEPS_KEPT
    assert standing.history[0].what == "scheduled"
    assert standing.history[-1].leaves_at == standing.leaves_at


def test_a_relative_one_follows_its_service() -> None:
    planned = tour()
    journey = trip(moved(planned, 72), version=2)
    after = follow(waiting(), reminder(planned), around(journey), "Trip changed", NOW)
    assert after.leaves_at == NOW + 48 * HOUR
    assert after.state is ScheduleState.WAITING
    assert (after.history[-1].what, after.history[-1].by) == ("moved", "")
    assert after.history[-1].reason == "Trip changed"


def test_what_does_not_move_leaves_no_trace() -> None:
    planned = tour()
    standing = waiting()
    same = around(trip(planned, title="Another title"))
    assert follow(standing, reminder(planned), same, "Trip changed", NOW) is standing
    absolute = Draft(send_at=SendAt(at=NOW + HOUR), service_ids=[planned.id])
    elsewhere = around(trip(moved(planned, 500)))
    assert follow(standing, absolute, elsewhere, "Trip changed", NOW) is standing


def test_moved_so_near_that_its_moment_is_over_it_leaves_at_once() -> None:
    planned = tour()
    journey = trip(moved(planned, 5))
    after = follow(waiting(), reminder(planned), around(journey), "Trip changed", NOW)
    assert (after.state, after.leaves_at) == (ScheduleState.WAITING, NOW)


def test_what_announces_something_over_waits_for_a_person() -> None:
    planned = tour()
    journey = trip(moved(planned, -5))
    after = follow(waiting(), reminder(planned), around(journey), "Trip changed", NOW)
    assert after.state is ScheduleState.HELD
    assert "over" in after.reason
    assert follow(after, reminder(planned), around(journey), "Trip changed", NOW) == after


def test_what_comes_after_a_service_still_leaves_when_that_is_over() -> None:
    planned = tour()
    journey = trip(moved(planned, -5))
    after = follow(waiting(72), reminder(planned, 1), around(journey), "Trip changed", NOW)
    assert (after.state, after.leaves_at) == (ScheduleState.WAITING, NOW)


@pytest.mark.parametrize("gone", [True, False], ids=["removed", "cancelled"])
def test_without_its_service_it_is_withdrawn(gone: bool) -> None:
    planned = tour()
    before = trip(planned)
    changed = replace(before, services=[] if gone else [off(planned)])
    for draft in about(planned):
        after = follow_trip(waiting(), draft, around(changed), changed, before, NOW)
        assert after.state is ScheduleState.WITHDRAWN
        assert after.reason == "“Airport transfer” was cancelled"


def test_without_one_of_its_services_a_person_decides() -> None:
    planned, other = tour(name="Tour"), tour()
    before = trip(planned, other)
    changed = replace(before, services=[off(planned), other])
    by_hour, by_instant, by_first = about(other, planned)[1:]
    for draft in (by_hour, by_instant, by_first):
        after = follow_trip(waiting(), draft, around(changed), changed, before, NOW)
        assert after.state is ScheduleState.HELD
        assert [(p.field, p.reason) for p in after.problems] == [
            ("service_ids[1]", "“Tour” was cancelled")
        ]
    of_other = reminder(other)
    untouched = waiting()
    assert follow_trip(untouched, of_other, around(changed), changed, before, NOW).state is (
        ScheduleState.WAITING
    )


def test_without_what_its_moment_is_counted_from_it_is_withdrawn() -> None:
    planned, other = tour(), tour()
    before = trip(planned, other)
    changed = replace(before, services=[off(planned), other])
    draft = replace(reminder(planned), service_ids=[planned.id, other.id])
    after = follow_trip(waiting(), draft, around(changed), changed, before, NOW)
    assert after.state is ScheduleState.WITHDRAWN


def test_what_says_that_a_service_is_cancelled_stays() -> None:
    planned = tour()
    before = trip(off(planned))
    changed = replace(before, version=2)
    for draft in about(planned):
        standing = waiting()
        after = follow_trip(standing, draft, around(changed), changed, before, NOW)
        assert after.state is ScheduleState.WAITING


def test_a_cancelled_trip_takes_its_messages_with_it() -> None:
    planned = tour()
    before = trip(planned)
    cancelled = state(before, ItineraryState.CANCELLED)
    for draft in (reminder(planned), Draft(itinerary_id=before.id, send_at=SendAt(at=NOW + HOUR))):
        after = follow_trip(waiting(), draft, around(cancelled), cancelled, before, NOW)
        assert after.state is ScheduleState.WITHDRAWN
        assert after.reason == f"Trip {before.reference} was cancelled"
        assert after.history[-1].by == RULE.name


def test_planned_for_a_cancelled_trip_it_stays() -> None:
    cancelled = trip(tour(), title="Off")
    cancelled = state(cancelled, ItineraryState.CANCELLED)
    again = state(cancelled, ItineraryState.CANCELLED)
    draft = Draft(itinerary_id=cancelled.id, send_at=SendAt(at=NOW + HOUR))
    standing = waiting()
    assert follow_trip(standing, draft, around(again), again, cancelled, NOW) is standing


def test_about_another_trip_too_a_person_decides() -> None:
    planned = tour()
    before = trip(planned)
    cancelled = state(before, ItineraryState.CANCELLED)
    both = around(cancelled, trip(tour(), reference="TRP-2"))
    after = follow_trip(waiting(), reminder(planned), both, cancelled, before, NOW)
    assert after.state is ScheduleState.HELD
    assert after.reason == f"Trip {before.reference} was cancelled"


def test_a_held_one_waits_again_when_its_moment_moves_on() -> None:
    planned = tour()
    held = waiting().held(WRONG, "missing", NOW)
    journey = trip(moved(planned, 96))
    after = follow(held, reminder(planned), around(journey), "Trip changed", NOW)
    assert (after.state, after.problems) == (ScheduleState.WAITING, [])


@given(
    st.lists(st.floats(-200, 800, allow_nan=False), min_size=1, max_size=6),
    st.integers(-90, 90),
)
@example([1.0, 0.0, 1.0], -1)  # over, and then due at this very moment
def test_wherever_a_trip_moves_the_last_move_decides(hours: list[float], offset: int) -> None:
    """However many moves came between, the message leaves where the last one puts it."""
    planned = tour(1000)
    draft = reminder(planned, offset)
    direct = follow(waiting(1000), draft, around(trip(moved(planned, hours[-1]))), "t", NOW)
    standing = waiting(1000)
    for each in hours:
        standing = follow(standing, draft, around(trip(moved(planned, each))), "t", NOW)
        assert standing.state in (ScheduleState.WAITING, ScheduleState.HELD)
        if standing.state is ScheduleState.WAITING:
            assert standing.leaves_at >= NOW
    assert standing.state is direct.state
    if direct.state is ScheduleState.WAITING:
        assert standing.leaves_at == direct.leaves_at


def test_late_is_hours_and_not_minutes() -> None:
    standing = waiting(0)
    assert late(standing, NOW + LATE) is None
    assert "should have left" in str(late(standing, NOW + LATE + HOUR))


def test_errors_say_which_end_it_was() -> None:
    with pytest.raises(Conflict) as caught:
        waiting().left(NOW).expect_open()
    assert caught.value.code == scheduling.left_already().code == "inbox.message_left"
    with pytest.raises(Conflict) as caught:
        waiting().withdrawn(MARIA, "", NOW).expect_open()
    assert caught.value.code == "inbox.message_withdrawn"
