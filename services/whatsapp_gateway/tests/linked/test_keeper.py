"""The service's side of linked numbers, patched by eventlet, on real worker processes."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

import eventlet
import pytest

from fairlead.store import new_id
from whatsapp_gateway.linked.answers import NotHere, Unanswered
from whatsapp_gateway.linked.book import Number
from whatsapp_gateway.linked.keeper import LOOKS, SURE_FOR, Keeper
from whatsapp_gateway.linked.lifecycle import Life, State
from whatsapp_gateway.linked.process import environment, started
from whatsapp_gateway.linked.protocol import events
from whatsapp_gateway.linked.protocol.commands import Send
from whatsapp_gateway.linked.protocol.content import Text
from whatsapp_gateway.linked.protocol.events import Outcome

pytestmark = pytest.mark.green

SECONDS = 30.0  # a hang, not a measure
COMMAND = [sys.executable, "-P", "-W", "ignore", str(Path(__file__).parent / "scripted.py")]


def wait_for(condition: Callable[[], object]) -> None:
    with eventlet.Timeout(SECONDS, AssertionError("waited in vain")):
        while not condition():
            eventlet.sleep(0.01)


class Desk:
    """The book of two processes that share a store."""

    def __init__(self) -> None:
        self.numbers: dict[UUID, Number] = {}
        self.owners: dict[UUID, str] = {}
        self.lives: list[Life] = []
        self.taken: list[events.Durable] = []
        self.accounts: list[events.Paired] = []
        self.removed: set[UUID] = set()
        self.fails = 0

    def states(self) -> list[State]:
        return [life.state for life in self.lives]

    def messages(self) -> list[str]:
        return [body.id for body in self.taken if isinstance(body, events.Message)]


class Page:
    """It, as one of the processes uses it."""

    def __init__(self, desk: Desk, owner: str) -> None:
        self.desk = desk
        self.owner = owner

    def wanted(self) -> Sequence[Number]:
        return list(self.desk.numbers.values())

    def removed(self, number: UUID) -> bool:
        return number in self.desk.removed

    def lease(self, number: UUID) -> bool:
        return self.desk.owners.setdefault(number, self.owner) == self.owner

    def release(self, number: UUID) -> None:
        if self.desk.owners.get(number) == self.owner:
            del self.desk.owners[number]

    def stands(self, number: Number, life: Life) -> None:
        self.desk.lives.append(life)
        if life.state is not State.CONNECTING and number.id in self.desk.numbers:
            self.desk.numbers[number.id] = replace(number, asked=False)

    def paired(self, number: Number, account: events.Paired) -> None:
        self.desk.accounts.append(account)

    def takes(self, number: Number, body: events.Durable) -> None:
        if self.desk.fails:
            self.desk.fails -= 1
            raise ValueError("cannot be stored")
        self.desk.taken.append(body)

    def typed(self, number: Number, typed: events.Typed) -> None:
        pass


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def begin(desk: Desk, tmp_path: Path) -> Iterator[Callable[..., Keeper]]:
    keepers: list[Keeper] = []

    def begun(owner: str = "one") -> Keeper:
        start = partial(started, command=COMMAND)
        keeper = Keeper(Page(desk, owner), tmp_path, start=start, jitter=lambda: 0.0)
        keepers.append(keeper)
        return keeper

    yield begun
    for keeper in keepers:
        keeper.stop()


Begin = Callable[..., Keeper]


def a_number(desk: Desk, keeper: Keeper, *, linked: bool = True) -> UUID:
    id = new_id()
    desk.numbers[id] = Number(id, new_id(), "+34600111222", asked=not linked)
    keeper.folder(id).mkdir()
    if linked:
        (keeper.folder(id) / "linked").touch()
    return id


def opened(desk: Desk, keeper: Keeper) -> UUID:
    id = a_number(desk, keeper)
    keeper.keep()
    wait_for(lambda: id in keeper.ready())
    return id


def until_open(keeper: Keeper, id: UUID) -> None:
    def is_open() -> bool:
        keeper.keep()
        life = keeper.life(id)
        return life is not None and life.state is State.OPEN

    wait_for(is_open)


def test_a_code_is_shown_to_who_asked_and_the_number_opens(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = a_number(desk, keeper, linked=False)
    keeper.keep()
    wait_for(keeper.ready)
    assert desk.states() == [State.CONNECTING, State.SCAN_QR, State.OPEN]
    assert desk.lives[1].code == "scan me"
    assert [account.phone for account in desk.accounts] == ["+34600111222"]
    assert keeper.ready() == [id]


def test_what_is_asked_is_answered_and_what_comes_is_taken(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = opened(desk, keeper)
    done = keeper.ask(id, Send("1", "1@lid", Text("echo AAAA1")))
    assert (done.outcome, done.message) == (Outcome.DONE, "3EB01")
    wait_for(lambda: desk.messages() == ["AAAA1"])
    # Asked again, as after a crash of ours, it is answered and not done again.
    assert keeper.ask(id, Send("1", "1@lid", Text("echo AAAA1"))) == done
    assert (keeper.folder(id) / "left.txt").read_text() == "1\n"


def test_a_worker_that_dies_at_it_is_replaced_and_does_it_once(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = opened(desk, keeper)
    with pytest.raises(Unanswered):
        keeper.ask(id, Send("1", "1@lid", Text("die")), seconds=0.5)
    wait_for(lambda: State.DEGRADED in desk.states())
    until_open(keeper, id)
    wait_for(lambda: [b for b in desk.taken if isinstance(b, events.Done)])
    done = keeper.ask(id, Send("1", "1@lid", Text("die")))
    assert (done.outcome, done.message) == (Outcome.UNKNOWN, "3EB01")
    assert (keeper.folder(id) / "left.txt").read_text() == "1\n"


def test_what_cannot_be_stored_stays_with_the_worker(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = opened(desk, keeper)
    desk.fails = 1
    keeper.ask(id, Send("1", "1@lid", Text("echo AAAA1")))
    wait_for(lambda: not desk.fails)
    assert desk.messages() == []
    keeper.stop()
    another = begin("two")
    another.keep()
    wait_for(lambda: desk.messages() == ["AAAA1"])


def test_a_number_that_nobody_wants_any_more_ends(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = opened(desk, keeper)
    del desk.numbers[id]
    keeper.keep()
    assert desk.states()[-1] is State.STOPPED
    assert not desk.owners
    with pytest.raises(NotHere):
        keeper.ask(id, Send("1", "1@lid", Text("echo AAAA1")))


def test_a_number_that_is_removed_is_unlinked_and_its_session_is_gone(
    begin: Begin, desk: Desk
) -> None:
    keeper = begin()
    id, other = opened(desk, keeper), a_number(desk, keeper)
    until_open(keeper, other)
    folder = keeper.folder(id)
    desk.removed.add(id)
    del desk.numbers[id]

    def is_gone() -> bool:
        keeper.keep()
        return not folder.exists()

    wait_for(is_gone)
    wait_for(lambda: State.LOGGED_OUT in desk.states())  # told when its worker has ended
    assert (id in desk.owners, keeper.life(id)) == (False, None)
    assert keeper.folder(other).exists()

    left = new_id()  # it was off when it was removed
    keeper.folder(left).mkdir()
    (keeper.folder(left) / "session.db").touch()
    desk.removed.add(left)
    keeper.erase()
    assert not keeper.folder(left).exists()
    assert keeper.folder(other).exists()


def test_an_end_that_is_not_wanted_since_stays_told(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = opened(desk, keeper)
    keeper.logout(id)
    wait_for(lambda: desk.states()[-1] is State.LOGGED_OUT)
    del desk.numbers[id]
    keeper.keep()
    assert desk.states()[-1] is State.LOGGED_OUT
    assert keeper.life(id) is None


def test_one_process_owns_a_number_and_another_takes_over(begin: Begin, desk: Desk) -> None:
    first, second = begin("one"), begin("two")
    id = opened(desk, first)
    second.keep()
    assert second.life(id) is None
    desk.owners[id] = "two"  # the first was away for longer than its lease
    seen = len(desk.lives)
    first.keep()
    assert first.life(id) is None
    assert len(desk.lives) == seen  # it is not off: the other has it
    second.keep()
    wait_for(second.ready)


def test_who_cannot_renew_his_lease_ends_before_another_may_begin(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    page, start = Page(desk, "one"), partial(started, command=COMMAND)
    keeper = Keeper(page, tmp_path, start=start, jitter=lambda: 0.0, clock=lambda: now)
    id = opened(desk, keeper)
    seen = len(desk.lives)
    with monkeypatch.context() as patched:
        away = OSError("the store is away")
        patched.setattr(page, "wanted", lambda: (_ for _ in ()).throw(away))
        now += SURE_FOR
        with pytest.raises(OSError, match="away"):
            keeper.keep()
        keeper.guard()
        assert keeper.ready() == [id]
        now += dt.timedelta(seconds=1)
        keeper.guard()
        assert keeper.life(id) is None
        assert len(desk.lives) == seen  # it did not end: another may have it
    keeper.keep()
    wait_for(lambda: keeper.ready() == [id])
    keeper.stop()


def test_the_end_is_final_until_a_person_asks(begin: Begin, desk: Desk) -> None:
    keeper = begin()
    id = opened(desk, keeper)
    keeper.logout(id)
    wait_for(lambda: desk.states()[-1] is State.LOGGED_OUT)
    for _ in range(3):
        keeper.keep()
    assert desk.states()[-1] is State.LOGGED_OUT
    desk.numbers[id] = replace(desk.numbers[id], asked=True)
    keeper.keep()
    wait_for(keeper.ready)
    assert State.SCAN_QR in desk.states()


def test_a_number_is_online_while_somebody_looks(desk: Desk, tmp_path: Path) -> None:
    now = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    start = partial(started, command=COMMAND)
    keeper = Keeper(Page(desk, "one"), tmp_path, start=start, clock=lambda: now)
    id = opened(desk, keeper)
    seen = keeper.folder(id) / "seen.txt"

    def noted() -> list[str]:
        keeper.keep()
        return seen.read_text(encoding="utf-8").splitlines() if seen.exists() else []

    def later(passed: dt.timedelta) -> None:
        nonlocal now
        now += passed
        wait_for(lambda: (life := keeper.life(id)) is not None and life.told_at == now)

    keeper.look(id)
    wait_for(lambda: noted() == ["online"])
    for _ in range(3):
        later(LOOKS / 3)
        assert noted() == ["online"]
    later(dt.timedelta(seconds=1))
    wait_for(lambda: noted() == ["online", "offline"])
    keeper.look(new_id())  # of a number that is another process's
    keeper.stop()


def test_reading_holds_up_nobody(begin: Begin, desk: Desk) -> None:
    """A worker that says nothing more leaves the process free for everything else."""
    keeper = begin()
    id = opened(desk, keeper)
    with pytest.raises(Unanswered):
        keeper.ask(id, Send("1", "1@lid", Text("hush")), seconds=0.2)
    other = opened(desk, keeper)
    assert keeper.ask(other, Send("2", "1@lid", Text("echo AAAA2"))).outcome is Outcome.DONE


def test_a_worker_that_cannot_be_started_is_tried_again(desk: Desk, tmp_path: Path) -> None:
    start = partial(started, command=[str(tmp_path / "nothing")])
    keeper = Keeper(Page(desk, "one"), tmp_path, start=start, jitter=lambda: 0.0)
    a_number(desk, keeper)
    keeper.keep()
    assert desk.states()[-1] is State.DEGRADED
    assert "cannot be started" in desk.lives[-1].detail
    keeper.stop()


def test_the_worker_learns_nothing_of_our_secrets() -> None:
    known = environment({"FAIRLEAD_SECRET_KEYS": "x", "FAIRLEAD_DATABASE_URL": "y", "LANG": "C"})
    assert not [name for name in known if name.startswith("FAIRLEAD")]
    assert known["LANG"] == "C"
