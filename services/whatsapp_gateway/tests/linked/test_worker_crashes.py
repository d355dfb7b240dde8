"""kill -9 of the worker: nothing that came is lost, and nothing is sent twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from whatsapp_gateway.linked.protocol import commands, content, events
from whatsapp_gateway.linked.protocol.events import Outcome, Phase, Reason

from .test_worker import ANA, to, words
from .working import SECONDS, wait_for

if TYPE_CHECKING:
    from scripts.servers.whatsapp.server import StandIn

    from .working import Working

pytestmark = pytest.mark.servers

Begin = Callable[..., "Working"]


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Nobody can write into the spool."""
    db = sqlite3.connect(folder / "spool.db", isolation_level=None)
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")
    finally:
        db.close()


def test_killed_before_the_service_had_it_it_comes_again(begin: Begin, standin: StandIn) -> None:
    worker = begin(acknowledge=False).connected()
    ids = [standin.deliver(words(conversation=f"number {n}"), ANA) for n in range(3)]
    worker.message(ids[-1])
    worker.kill()
    again = begin(again=worker)  # not even connected
    again.message(ids[-1])
    assert [m.id for m in again.of(events.Message)] == ids
    again.connected()
    again.close()
    # Acknowledged now, it comes no more.
    third = begin(again=worker).connected()
    standin.settle()
    assert not third.of(events.Message)


def test_the_network_hears_that_it_was_taken_after_it_is_stored(
    begin: Begin, standin: StandIn
) -> None:
    worker = begin().connected()
    with held(worker.folder):
        id = standin.deliver(words(conversation="Keep me"), ANA)
        standin.settle()  # decrypted, and waiting to be stored
        standin.settle()
        assert standin.unacknowledged() == [id]
        assert not worker.of(events.Message)
    worker.message(id)
    wait_for(lambda: not standin.unacknowledged())


def lose(begin: Begin, standin: StandIn, **options: Any) -> tuple[Working, str]:
    """A worker that died between decrypting a message and storing it. The client has moved its keys
    on and cannot read the message a second time."""
    worker = begin(**options).connected()
    with held(worker.folder):
        id = standin.deliver(words(conversation="Keep me"), ANA)
        standin.settle()
        worker.kill()
    assert standin.unacknowledged() == [id]
    return worker, id


def begin_anew(begin: Begin, worker: Working, **options: Any) -> Working:
    """The process that finds the loss ends, and the service begins another."""
    second = begin(again=worker, **options)
    second.tell(commands.Connect())
    assert second.process.wait(SECONDS) == 70
    return begin(again=worker, **options).connected()


def test_killed_between_decrypting_and_storing_it_is_asked_for_again(
    begin: Begin, standin: StandIn
) -> None:
    worker, id = lose(begin, standin)
    third = begin_anew(begin, worker)
    message = third.message(id)
    assert (message.content, message.late) == (content.Text("Keep me"), False)
    wait_for(lambda: not standin.unacknowledged())
    assert not third.of(events.Unreadable)
    # And the session that has begun with that goes on.
    third.message(standin.write("Another", ANA))


def test_lost_a_second_time_the_loss_is_seen(begin: Begin, standin: StandIn) -> None:
    worker, id = lose(begin, standin, unread_seconds=0.0)
    standin.post.silent = True
    third = begin_anew(begin, worker, unread_seconds=0.0)
    lost = third.heard(events.Unreadable)
    assert (lost.id, lost.reason) == (id, "undecryptable")
    wait_for(lambda: not standin.unacknowledged())


def test_killed_before_the_network_heard_of_it_it_is_handed_over_once(
    begin: Begin, standin: StandIn
) -> None:
    worker = begin().connected()
    standin.rules.deaf = True
    id = standin.deliver(words(conversation="Keep me"), ANA)
    worker.message(id)
    worker.settle()
    worker.kill()
    standin.rules.deaf = False
    again = begin(again=worker).connected()
    wait_for(lambda: not standin.unacknowledged())
    assert len(worker.of(events.Message)) + len(again.of(events.Message)) == 1
    assert not again.of(events.Unreadable)


def test_killed_while_sending_it_is_not_sent_again(begin: Begin, standin: StandIn) -> None:
    standin.rules.hold = True
    worker = begin().connected()
    send = commands.Send("1", to(ANA), content.Text("Only once"))
    worker.tell(send)
    [sent] = wait_for(lambda: list(standin.sent))
    worker.kill()
    standin.rules.hold = False
    again = begin(again=worker).connected()
    again.tell(send)
    again.tell(commands.Send("2", to(ANA), content.Text("Another")))
    again.done("2")
    for done in [each for each in again.of(events.Done) if each.id == "1"]:
        assert (done.outcome, done.reason) == (Outcome.UNKNOWN, Reason.INTERRUPTED)
        # Its id is known: a receipt will tell that it arrived after all.
        assert done.message == sent.id
    assert [each.message.conversation for each in standin.sent] == ["Only once", "Another"]
    standin.receipt(sent.id, ANA)
    receipt = again.heard(events.Receipt, lambda r: r.messages == [sent.id])
    assert receipt.commands == {sent.id: "1"}


def test_killed_before_anything_left_it_may_be_sent(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    standin.rules.mute = True  # the question that comes before a message is not answered
    send = commands.Send("1", to(ANA), content.Text("Only once"))
    worker.tell(send)
    wait_for(lambda: [n for n in list(standin.heard) if n.attrs.get("xmlns") == "usync"])
    worker.kill()
    standin.rules.mute = False
    again = begin(again=worker).connected()
    assert again.done("1").outcome is Outcome.NOT_SENT
    again.tell(send)
    again.heard(events.Done, lambda done: done.outcome is Outcome.DONE)
    assert len(standin.sent) == 1


def test_a_line_that_breaks_while_it_sends_sends_once(begin: Begin, standin: StandIn) -> None:
    standin.rules.hold = True
    worker = begin().connected()
    worker.tell(commands.Send("1", to(ANA), content.Text("Only once")))
    wait_for(lambda: list(standin.sent))
    standin.rules.hold = False
    standin.drop()
    worker.phase(Phase.DISCONNECTED)
    done = worker.done("1")
    # The client says it again under the same id, by which the network knows it.
    assert len({sent.id for sent in standin.sent}) == 1
    assert done.message == standin.sent[0].id
