"""Events: each has its effect once in each handler, whatever fails, comes twice or dies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
import sqlalchemy as sa
from tests.bus.parties import (
    ArchiveService,
    Base,
    ClerkService,
    Desk,
    DeskService,
    Note,
    NoteFiled,
    NoteWritten,
    filed,
)

from fairlead import metrics
from fairlead.bus import inbox, outbox
from fairlead.bus.broker import Publication
from fairlead.bus.inbox import InboxRow, InboxStatus
from fairlead.bus.wire import encode, envelope
from fairlead.context import Context, Role, service_context
from fairlead.contract import topic
from fairlead.errors import Conflict, Unavailable
from fairlead.store import EVERYWHERE, new_id
from fairlead.store.scoping import ScopedSession
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty")]

ORGANISATION = uuid4()
SOMEBODY = Context(role=Role.USER, organisation=ORGANISATION, request="request-7")
TABLES = [Base.metadata]


def written(text: str) -> NoteWritten:
    return NoteWritten(id=new_id(), text=text)


def kept(world: World, service: str = "clerk") -> list[InboxRow]:
    """What the inbox keeps because it was not done."""
    with world.database(service).reading(EVERYWHERE) as session:
        rows = sa.select(InboxRow).where(InboxRow.status != InboxStatus.DONE)
        return list(session.scalars(rows))


def failing(*errors: BaseException) -> list[Callable[[], None]]:
    def fail(error: BaseException) -> Callable[[], None]:
        def play() -> None:
            raise error

        return play

    return [fail(error) for error in errors]


def heard(world: World, text: str, how: str = "clerk", service: str = "clerk") -> None:
    """Say one more and wait until it was heard: those before it were too, if nothing is amiss."""
    world.publish(written(text), organisation=ORGANISATION)
    world.wait_for(lambda: filed(world.database(service))[how, text])


def test_an_event_leaves_when_its_transaction_is_committed_and_only_then(home: Home) -> None:
    with hosted(DeskService, ClerkService, tables=TABLES, **home) as world:
        desk = world.client(Desk, SOMEBODY)
        with pytest.raises(Conflict):
            desk.note(text="changes its mind")
        desk.note(text="stays")
        world.wait_for(lambda: world.events(NoteFiled))
        assert [event.text for event in world.events(NoteWritten)] == ["stays"]
        assert filed(world.database("clerk")) == {("clerk", "stays"): 1}
        with world.database("desk").reading(EVERYWHERE) as session:
            assert session.scalars(sa.select(Note.text)).all() == ["stays"]
        world.wait_for(lambda: outbox.waiting(world.database("desk")) == (0, 0.0))


def test_each_handler_of_an_event_hears_it_once(home: Home) -> None:
    with hosted(ArchiveService, ClerkService, tables=TABLES, **home) as world:
        for n in range(30):
            world.publish(written(str(n)), organisation=ORGANISATION)
        world.wait_for(lambda: len(world.events(NoteFiled)) == 90)
        assert filed(world.database("archive")) == {
            (how, str(n)): 1 for n in range(30) for how in ("date", "name")
        }
        assert filed(world.database("clerk")) == {("clerk", str(n)): 1 for n in range(30)}


def test_what_comes_twice_has_its_effect_once(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        event = written("twice")
        id = world.publish(event, organisation=ORGANISATION)
        for _ in range(3):
            world.publish(event, organisation=ORGANISATION, id=id)
        world.wait_for(lambda: ClerkService.script.tries["clerk", "twice"] == 4)
        heard(world, "the next")
        world.wait_for(lambda: len(world.events(NoteFiled)) == 2)
        assert filed(world.database("clerk")) == {("clerk", "twice"): 1, ("clerk", "the next"): 1}


def test_what_comes_many_times_at_once_has_its_effect_once(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        event, id = written("at once"), new_id()
        saying = [
            eventlet.spawn(world.publish, event, organisation=ORGANISATION, id=id)
            for _ in range(15)
        ]
        for each in saying:
            each.wait()
        world.wait_for(lambda: ClerkService.script.tries["clerk", "at once"] == 15)
        heard(world, "the next")
        assert filed(world.database("clerk"))["clerk", "at once"] == 1
        assert kept(world) == []


def test_a_handler_that_fails_is_tried_again_until_it_succeeds(home: Home) -> None:
    """Its effects of a failed try are undone; the other handler is left in peace."""
    with hosted(ArchiveService, tables=TABLES, **home) as world:
        ArchiveService.script.lines["a"] = failing(ValueError("not now"), Conflict("a.b", "no"))
        world.publish(written("a"), organisation=ORGANISATION)
        world.wait_for(lambda: len(world.events(NoteFiled)) == 2)
        assert filed(world.database("archive")) == {("date", "a"): 1, ("name", "a"): 1}
        tries = ArchiveService.script.tries
        assert sorted([tries["date", "a"], tries["name", "a"]]) in ([1, 3], [2, 2])
        world.wait_for(lambda: kept(world, "archive") == [])


def test_a_failed_event_says_why_and_when_it_is_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FIRST_WAIT", 60.0)
    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = failing(ValueError("\0 not \ud800 now " + "x" * 5000))
        begun = dt.datetime.now(dt.UTC)
        id = world.publish(written("a"), organisation=ORGANISATION)
        [row] = world.wait_for(lambda: kept(world))
        assert (row.event_id, row.handler, row.topic) == (id, "take_down", "note.written.v1")
        assert (row.status, row.attempts) == (InboxStatus.FAILED, 1)
        assert (row.error or "").startswith("ValueError: \N{REPLACEMENT CHARACTER} not ? now xxx")
        assert len(row.error or "") == inbox.ERROR_LENGTH
        assert row.next_attempt_at is not None
        assert 30 <= (row.next_attempt_at - begun).total_seconds() <= 62
        heard(world, "the next")
        assert ClerkService.script.tries["clerk", "a"] == 1


def test_after_the_last_try_an_event_is_dead(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = failing(*[ValueError(f"try {n}") for n in range(1, 9)])
        world.publish(written("a"), organisation=ORGANISATION)
        world.wait_for(lambda: inbox.count_dead(world.database("clerk")) == 1)
        [row] = kept(world)
        assert (row.attempts, row.error, row.next_attempt_at) == (3, "ValueError: try 3", None)
        eventlet.sleep(0.2)
        heard(world, "the next")
        assert ClerkService.script.tries["clerk", "a"] == 3
        assert inbox.count_failed(world.database("clerk")) == 0


def test_what_cannot_be_read_is_parked_and_stops_nothing(home: Home) -> None:
    nested = b"[" * 100_000 + b"]" * 100_000
    unreadable = [b"", b"\xff\xfe", b"{}", b'"\\ud800"', nested, b'{"data": ' + nested + b"}"]
    with hosted(ClerkService, tables=TABLES, **home) as world:
        for body in [*unreadable, *unreadable]:
            said = [Publication(str(uuid4()), topic(NoteWritten), body)]
            eventlet.spawn(world.runtime.broker.publish, said)
        heard(world, "the next")
        world.wait_for(lambda: len(kept(world)) == len(unreadable))
        assert sorted(row.body or b"" for row in kept(world)) == sorted(unreadable)
        assert {row.status for row in kept(world)} == {InboxStatus.DEAD}
        assert all(row.error for row in kept(world))


def test_contents_that_break_the_contract_are_dead_in_each_handler(home: Home) -> None:
    """Nothing that is tried again would make them better."""
    with hosted(ArchiveService, tables=TABLES, **home) as world:
        for data in (b"{}", b'{"id": 7, "text": "a"}'):
            said = encode(
                {
                    "id": new_id(),
                    "type": topic(NoteWritten),
                    "source": "desk",
                    "time": dt.datetime.now(dt.UTC),
                    "organisation": ORGANISATION,
                    "request": None,
                    "traceparent": None,
                    "data": 0,
                }
            ).replace(b'"data":0', b'"data":' + data)
            world.runtime.broker.publish([Publication(str(uuid4()), topic(NoteWritten), said)])
        heard(world, "the next", "date", "archive")
        world.wait_for(lambda: len(kept(world, "archive")) == 4)
        rows = kept(world, "archive")
        assert {row.handler for row in rows} == {"by_date", "by_name"}
        assert {(row.status, row.attempts) for row in rows} == {(InboxStatus.DEAD, 1)}


def test_a_topic_that_is_heard_no_more_is_let_go(home: Home) -> None:
    """A queue stays bound to what an older version of the service wanted."""
    with hosted(ClerkService, tables=TABLES, **home) as world:
        filed_once = NoteFiled(id=new_id(), how="by hand")
        said = envelope(
            filed_once, id=new_id(), context=service_context(None), organisation=ORGANISATION
        )
        world.runtime.broker.publish([Publication(str(said.id), topic(NoteWritten), encode(said))])
        heard(world, "the next")
        assert kept(world) == []


def test_while_the_store_is_away_nothing_is_settled_and_nothing_counted(home: Home) -> None:
    """It goes on where it stood, with all its tries left."""
    away = sa.exc.TimeoutError("no connection to be had")
    with hosted(ClerkService, tables=TABLES, **home) as world:
        for n in range(30):  # more than are handed out at once
            ClerkService.script.before[str(n)] = failing(*[away] * 5)
        for n in range(30):
            eventlet.spawn(world.publish, written(str(n)), organisation=ORGANISATION)
        world.wait_for(lambda: sum(filed(world.database("clerk")).values()) == 30)
        assert filed(world.database("clerk")) == {("clerk", str(n)): 1 for n in range(30)}
        assert set(ClerkService.script.tries.values()) == {6}
        with world.database("clerk").reading(EVERYWHERE) as session:
            assert set(session.scalars(sa.select(InboxRow.attempts))) == {1}


def test_a_failure_is_kept_though_the_store_goes_away_at_that_moment(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, calls = inbox.record_failure, []

    def record_when_there(*arguments: Any, **options: Any) -> bool:
        calls.append(arguments)
        if len(calls) < 5:
            raise sa.exc.TimeoutError("no connection to be had")
        return record(*arguments, **options)

    monkeypatch.setattr(inbox, "record_failure", record_when_there)
    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = failing(ValueError("not now"))
        world.publish(written("a"), organisation=ORGANISATION)
        world.wait_for(lambda: filed(world.database("clerk")) == {("clerk", "a"): 1})
        assert len(calls) == 5
        assert ClerkService.script.tries["clerk", "a"] == 2


def test_a_handler_with_nothing_to_do_is_done(home: Home) -> None:
    """Also at its second try, when its failure stands in the inbox."""
    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["nothing to do"] = failing(ValueError("not now"))
        world.publish(written("nothing to do"), organisation=ORGANISATION)
        world.wait_for(lambda: ClerkService.script.tries["clerk", "nothing to do"] == 2)
        world.wait_for(lambda: kept(world) == [])
        eventlet.sleep(0.1)
        heard(world, "the next")
        assert ClerkService.script.tries["clerk", "nothing to do"] == 2


def test_a_retry_that_takes_longer_than_its_lease_is_not_begun_twice(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "RETRY_LEASE", dt.timedelta(seconds=0.2))
    with hosted(ClerkService, tables=TABLES, **home) as world:
        begin = ClerkService.script.before["slow"]
        begin += [*failing(ValueError("not now")), lambda: eventlet.sleep(0.8)]
        world.publish(written("slow"), organisation=ORGANISATION)
        world.wait_for(lambda: filed(world.database("clerk")))
        eventlet.sleep(0.3)
        assert ClerkService.script.tries["clerk", "slow"] == 2


def test_a_call_inside_a_handler_that_fails_is_tried_again(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = failing(Unavailable("contacts.away", "not running"))
        world.publish(written("a"), organisation=ORGANISATION)
        world.wait_for(lambda: filed(world.database("clerk")) == {("clerk", "a"): 1})


def test_while_another_service_is_away_an_event_is_tried_on_and_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often, it is not dead, and then it has all its tries left."""
    monkeypatch.setattr(inbox, "LONGEST_WAIT_AWAY", 0.05)
    away = [Unavailable("contacts.away", "not running")] * (2 * inbox.LAST_ATTEMPT)
    wrong = [ValueError("not now")] * (inbox.LAST_ATTEMPT - 2)
    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = failing(*away, *wrong)
        world.publish(written("a"), organisation=ORGANISATION)
        world.wait_for(lambda: filed(world.database("clerk")) == {("clerk", "a"): 1}, seconds=30)
        assert ClerkService.script.tries["clerk", "a"] == len(away) + len(wrong) + 1
        assert inbox.count_dead(world.database("clerk")) == 0
        counted = metrics.EVENTS_HANDLED.labels("clerk", "take_down", "away")
        assert sum(bucket.get() for bucket in counted._buckets) >= len(away)


@pytest.mark.parametrize("failed_before", [False, True])
@pytest.mark.parametrize("committed", [False, True])
def test_the_store_that_is_lost_at_the_commit_is_waited_for(
    home: Home, request: pytest.FixtureRequest, failed_before: bool, committed: bool
) -> None:
    """Whether it had committed or not, the effect is there once, and no try was used up."""
    with hosted(ClerkService, tables=TABLES, **home) as world:
        if failed_before:
            ClerkService.script.before["a"] = failing(ValueError("not now"))
        lost: list[int] = []
        id = new_id()

        def lose(session: sa.orm.Session) -> None:
            work = inbox._work.get(None)
            mine = work is not None and work.event_id == id and work.entered
            if mine and len(lost) < 2:
                lost.append(work.attempts if work else -1)
                raise sa.exc.TimeoutError("the connection was lost")

        moment = "after_commit" if committed else "before_commit"
        sa.event.listen(ScopedSession, moment, lose)
        request.addfinalizer(lambda: sa.event.remove(ScopedSession, moment, lose))
        world.publish(written("a"), organisation=ORGANISATION, id=id)
        world.wait_for(lambda: filed(world.database("clerk")) == {("clerk", "a"): 1})
        heard(world, "the next")
        world.wait_for(lambda: kept(world) == [])
        assert filed(world.database("clerk"))["clerk", "a"] == 1
        assert lost == [int(failed_before)] * (1 if committed else 2)
        with world.database("clerk").reading(EVERYWHERE) as session:
            most = session.scalars(sa.select(InboxRow.attempts).order_by(InboxRow.attempts.desc()))
            assert most.first() == 1


def test_an_event_carries_its_context_into_what_it_causes(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        world.publish(written("a"), organisation=ORGANISATION, request="request-9")
        world.wait_for(lambda: world.envelopes(NoteFiled))
        [cause], [effect] = world.envelopes(NoteWritten), world.envelopes(NoteFiled)
        assert (effect.organisation, effect.request) == (ORGANISATION, "request-9")
        assert (effect.traceparent or "")[:36] == (cause.traceparent or "")[:36]
        assert effect.source == "archive"
        assert effect.id.version == 7


def test_an_event_without_an_organisation_is_heard(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        world.publish(written("for all"), organisation=None)
        world.wait_for(lambda: world.envelopes(NoteFiled))
        assert world.envelopes(NoteFiled)[0].organisation is None


def test_a_stop_lets_handlers_finish_and_takes_along_what_they_say(home: Home) -> None:
    finished: list[UUID] = []

    def work() -> None:
        eventlet.sleep(0.3)
        finished.append(ORGANISATION)

    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["slow"] = [work]
        saying = eventlet.spawn(world.publish, written("slow"), organisation=ORGANISATION)
        world.wait_for(lambda: ClerkService.script.tries["clerk", "slow"] == 1)
        world.stop()
        saying.kill()
        assert finished == [ORGANISATION]
    with hosted(ClerkService, tables=TABLES, **home) as again:
        assert filed(again.database("clerk")) == {("clerk", "slow"): 1}
        heard(again, "the next")
        assert ClerkService.script.tries["clerk", "slow"] == 1
        again.wait_for(lambda: len(world.events(NoteFiled) + again.events(NoteFiled)) == 2)
        again.wait_for(lambda: outbox.waiting(again.database("clerk"))[0] == 0)
