"""The outbox table and its relay: what was committed leaves, at least once, whatever dies."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import eventlet
import pytest
import sqlalchemy as sa
from greenlet import GreenletExit  # type: ignore[import-untyped]
from tests.bus.parties import NoteWritten

from fairlead.bus import outbox
from fairlead.bus.broker import Broker, Publication
from fairlead.bus.embedded import EmbeddedBroker
from fairlead.bus.outbox import BATCH, OutboxRow, Relay, publish, waiting
from fairlead.bus.wire import decode_envelope
from fairlead.context import Context, Role, acting
from fairlead.errors import Unavailable
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database, new_id
from fairlead.testing.bus import wait_for

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty")]

ORGANISATION = uuid4()


class Post(EmbeddedBroker):
    """Takes events and notes them; `then` is what happens to the relay in that moment."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.then = then
        self.batches: list[Sequence[Publication]] = []

    def publish(self, batch: Sequence[Publication]) -> None:
        self.batches.append(batch)
        self.then()

    @property
    def said(self) -> Counter[str]:
        """How often each event came."""
        return Counter(each.id for batch in self.batches for each in batch)


def write(database: Database, count: int = 1) -> list[str]:
    with database.transaction(ORGANISATION) as session:
        return [str(publish(session, NoteWritten(id=new_id(), text=str(n)))) for n in range(count)]


def commit(database: Database, relay: Relay, count: int = 1) -> list[str]:
    """As a service does: the rows are the relay's from the start."""
    with ServiceStore(database, relay).transaction(ORGANISATION) as session:
        return [str(publish(session, NoteWritten(id=new_id(), text=str(n)))) for n in range(count)]


def relay(database: Database, broker: Broker) -> Relay:
    return Relay(database, broker, "desk")


def rows(database: Database) -> Sequence[OutboxRow]:
    with database.reading(EVERYWHERE) as session:
        return session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)).all()


def let_leases_run_out(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        leased = sa.update(OutboxRow).where(OutboxRow.leased_until.is_not(None))
        session.execute(leased.values(leased_until=before))


def die() -> None:
    raise GreenletExit


def test_an_event_is_a_row_of_its_transaction(database: Database) -> None:
    def break_off() -> None:
        with database.transaction(ORGANISATION) as session:
            publish(session, NoteWritten(id=new_id(), text="undone"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert rows(database) == []
    somebody = Context(role=Role.USER, organisation=uuid4(), request="request-7")
    with acting(somebody):
        [id] = write(database)
    [row] = rows(database)
    said = decode_envelope(row.body)
    assert (str(row.id), row.topic, str(said.id)) == (id, "note.written.v1", id)
    # The session's organisation is whose rows changed, whoever asked for it.
    assert (said.organisation, said.request, said.source) == (ORGANISATION, "request-7", "desk")


def test_a_batch_leaves_and_is_deleted(database: Database) -> None:
    post = Post()
    written = write(database, BATCH + 10)
    assert waiting(database)[0] == BATCH + 10
    assert relay(database, post).relay() == BATCH
    assert relay(database, post).relay() == 10
    assert relay(database, post).relay() == 0
    assert [each.id for batch in post.batches for each in batch] == written
    assert waiting(database) == (0, 0.0)


def test_how_long_the_oldest_waits_is_known(database: Database) -> None:
    write(database, 3)
    count, seconds = waiting(database)
    assert count == 3
    assert 0 <= seconds < 30


def test_what_the_bus_did_not_take_stays_and_is_free_at_once(database: Database) -> None:
    def refuse() -> None:
        raise Unavailable("bus.away", "The message bus is away")

    post = Post(refuse)
    written = write(database, 3)
    with pytest.raises(Unavailable):
        relay(database, post).relay()
    assert {row.leased_until for row in rows(database)} == {None}
    post.then = lambda: None
    assert relay(database, post).relay() == 3
    assert post.said == dict.fromkeys(written, 2)


def test_a_relay_that_dies_before_it_deleted_says_it_again(database: Database) -> None:
    """Twice, with the same ids: the inbox of who hears it drops one."""
    post = Post(die)
    written = write(database, 3)
    with pytest.raises(GreenletExit):
        relay(database, post).relay()
    post.then = lambda: None
    assert relay(database, post).relay() == 0, "it is leased to the dead one"
    let_leases_run_out(database)
    assert relay(database, post).relay() == 3
    assert post.said == dict.fromkeys(written, 2)
    assert rows(database) == []


def test_what_a_dead_process_had_leased_leaves_at_once_where_it_was_alone(
    database: Database,
) -> None:
    """Else when the lease has run out."""
    post = Post(die)
    written = write(database, 3)
    with pytest.raises(GreenletExit):
        relay(database, post).relay()
    post.then = lambda: None
    next_one = relay(database, post)
    running = eventlet.spawn(next_one.run, alone=True)
    wait_for(lambda: post.said == dict.fromkeys(written, 2))
    wait_for(lambda: rows(database) == [])
    next_one.stop()
    running.kill()


def test_several_relays_share_the_work(database: Database) -> None:
    post = Post(lambda: eventlet.sleep(0.01))
    relays = [relay(database, post) for _ in range(4)]
    running = [eventlet.spawn(each.run) for each in relays]
    written = []
    for _ in range(30):
        written += write(database, 40)
        eventlet.sleep(0)
    wait_for(lambda: len(post.said) == len(written))
    wait_for(lambda: rows(database) == [])
    for each in relays:
        each.stop()
    for green in running:
        green.kill()
    assert post.said == dict.fromkeys(written, 1)


def test_a_relay_wakes_for_new_rows(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "IDLE_SECONDS", 30.0)
    post = Post()
    idle = relay(database, post)
    running = eventlet.spawn(idle.run)
    eventlet.sleep(0.05)
    written = write(database)
    idle.wake()
    wait_for(lambda: post.said == dict.fromkeys(written, 1), seconds=5)
    idle.stop()
    running.kill()


def test_what_is_committed_here_leaves_without_being_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "IDLE_SECONDS", 30.0)
    post = Post()
    busy = relay(database, post)
    running = eventlet.spawn(busy.run)
    eventlet.sleep(0.05)

    def look(_: Relay) -> list[Any]:
        raise AssertionError("the outbox was read")

    monkeypatch.setattr(Relay, "_claim", look)
    written = commit(database, busy, 3) + commit(database, busy, 2)
    assert relay_of_another(database).relay() == 0, "they are leased"
    wait_for(lambda: post.said == dict.fromkeys(written, 1), seconds=5)
    wait_for(lambda: rows(database) == [], seconds=5)
    running.kill()


def relay_of_another(database: Database) -> Relay:
    """With the claim that it was made with."""
    other = relay(database, Post())
    other._claim = CLAIM.__get__(other)  # type: ignore[method-assign]
    return other


CLAIM = Relay._claim


def test_what_is_undone_never_leaves(database: Database) -> None:
    post = Post()
    busy = relay(database, post)

    def break_off() -> None:
        with ServiceStore(database, busy).transaction(ORGANISATION) as session:
            publish(session, NoteWritten(id=new_id(), text="undone"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert busy.relay() == 0
    assert rows(database) == []


def test_what_a_dead_process_committed_leaves_when_its_lease_has_run_out(
    database: Database,
) -> None:
    written = commit(database, relay(database, Post()), 3)
    post = Post()
    assert relay(database, post).relay() == 0
    let_leases_run_out(database)
    assert relay(database, post).relay() == 3
    assert post.said == dict.fromkeys(written, 1)


def test_memory_holds_so_many_and_the_others_leave_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "ROOM", 5)
    post = Post()
    full = relay(database, post)
    written = [id for _ in range(4) for id in commit(database, full, 3)]
    assert full.relay() == 6
    assert full.relay() == 0
    let_leases_run_out(database)
    full.wake()
    assert full.relay() == 6
    assert post.said == dict.fromkeys(written, 1)


def test_those_that_commit_while_a_batch_is_under_way_leave_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "GATHER_SECONDS", 30.0)
    door = eventlet.Event()
    post = Post(lambda: door.wait() if len(post.batches) == 1 else None)
    busy = relay(database, post)
    running = eventlet.spawn(busy.run)
    commit(database, busy)
    wait_for(lambda: post.batches)
    for _ in range(5):
        commit(database, busy)
        eventlet.sleep(0.01)
    assert len(post.batches) == 1
    door.send()
    wait_for(lambda: rows(database) == [])
    assert [len(batch) for batch in post.batches] == [1, 5]
    busy.stop()
    running.kill()


def test_a_slow_batch_does_not_hold_up_the_next(database: Database) -> None:
    """On the embedded bus a batch has left when the slowest of those who hear it is done."""
    doors = [eventlet.Event()]
    post = Post(lambda: doors.pop().wait() if doors else None)
    [door] = doors
    busy = relay(database, post)
    running = eventlet.spawn(busy.run)
    first = write(database)
    busy.wake()
    wait_for(lambda: post.batches)
    second = write(database)
    busy.wake()
    wait_for(lambda: [str(row.id) for row in rows(database)] == first)
    assert post.said == dict.fromkeys(first + second, 1)
    door.send()
    wait_for(lambda: rows(database) == [])
    busy.stop()
    running.kill()


def test_a_small_change_leaves_while_an_import_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 30)
    door = eventlet.Event()
    post = Post(lambda: door.wait() if len(post.batches[-1]) == 30 else None)
    busy = relay(database, post)
    running = eventlet.spawn(busy.run)
    many = [id for _ in range(6) for id in commit(database, busy, 30)]
    wait_for(lambda: len(post.batches) == outbox.BATCHES - 1)
    for _ in range(2):
        small = commit(database, busy)
        wait_for(lambda: small[0] in post.said)  # noqa: B023
    assert len(post.batches) == outbox.BATCHES + 1
    door.send()
    wait_for(lambda: rows(database) == [])
    assert all(post.said[id] == 1 for id in many)
    busy.stop()
    running.kill()


def test_a_relay_survives_bus_and_store(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are away for a while, in each step of its work."""
    troubles: list[Exception] = [
        Unavailable("bus.away", "away"),
        sa.exc.TimeoutError("no connection"),
        Unavailable("bus.away", "away"),
    ]

    def trouble(real: Any) -> Any:
        def step(*arguments: Any) -> Any:
            if troubles:
                raise troubles.pop()
            return real(*arguments)

        return step

    monkeypatch.setattr(Relay, "_claim", trouble(Relay._claim))
    post = Post()
    tough = relay(database, post)
    running = eventlet.spawn(tough.run)
    written = write(database, 5)
    wait_for(lambda: post.said == dict.fromkeys(written, 1))
    troubles += [sa.exc.TimeoutError("no connection")]
    written += write(database, 5)
    wait_for(lambda: len(post.said) == 10)
    wait_for(lambda: rows(database) == [])
    tough.stop()
    running.kill()


def test_an_unforeseen_error_of_a_relay_is_not_swallowed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(Relay, "_claim", break_down)
    with pytest.raises(ZeroDivisionError):
        relay(database, Post()).run()


def test_a_relay_that_stops_takes_along_what_was_written(database: Database) -> None:
    """Three batches, one of them under way."""
    post = Post(lambda: eventlet.sleep(0.05))
    stopping = relay(database, post)
    running = eventlet.spawn(stopping.run)
    written = write(database, BATCH)
    wait_for(lambda: post.batches)
    written += write(database, BATCH + 5)
    stopping.stop()
    running.kill()
    assert post.said == dict.fromkeys(written, 1)
    assert rows(database) == []


def test_a_relay_that_stops_while_the_bus_is_away_leaves_all_free(database: Database) -> None:
    def refuse() -> None:
        raise Unavailable("bus.away", "The message bus is away")

    stopping = relay(database, Post(refuse))
    running = eventlet.spawn(stopping.run)
    write(database, 3)
    commit(database, stopping, 2)
    with eventlet.Timeout(5, AssertionError("it did not stop")):
        stopping.stop()
    running.kill()
    assert [row.leased_until for row in rows(database)] == [None] * 5
