"""What comes while something is being done is done together next."""

from __future__ import annotations

import time
from typing import Any

import eventlet
import pytest
from eventlet.event import Event

from fairlead.gathering import Gathering

pytestmark = pytest.mark.green


class Work:
    """Notes what it was given, and goes on when it is let."""

    def __init__(self) -> None:
        self.rounds: list[tuple[str, list[int]]] = []
        self.let = Event()
        self.broken = False

    def __call__(self, key: str, items: list[int]) -> list[int]:
        self.rounds.append((key, items))
        self.let.wait()
        if self.broken:
            raise ConnectionError("away")
        return [-item for item in items]


def begun(gathering: Gathering[str, int, int], *items: int, key: str = "ours") -> list[Any]:
    threads = [eventlet.spawn(gathering.add, key, item) for item in items]
    eventlet.sleep(0)
    eventlet.sleep(0)
    return threads


def test_each_has_its_own_answer_and_what_came_meanwhile_goes_together() -> None:
    work = Work()
    gathering = Gathering(work)
    threads = begun(gathering, 1) + begun(gathering, 2, 3, 4)
    threads += begun(gathering, 5, key="theirs")
    assert work.rounds == [("ours", [1]), ("theirs", [5])]
    work.let.send()
    assert [thread.wait() for thread in threads] == [-1, -2, -3, -4, -5]
    assert work.rounds[2:] == [("ours", [2, 3, 4])]


def test_a_round_has_an_end() -> None:
    work = Work()
    gathering = Gathering(work, size=lambda item: item, room=10)
    threads = begun(gathering, 1) + begun(gathering, 4, 5, 20, 1, 10, 2)
    work.let.send()
    assert [thread.wait() for thread in threads] == [-1, -4, -5, -20, -1, -10, -2]
    assert [items for _, items in work.rounds] == [[1], [4, 5, 20], [1, 10], [2]]


def test_a_failure_is_told_to_those_it_happened_to_and_to_no_other() -> None:
    work = Work()
    gathering = Gathering(work)
    threads = begun(gathering, 1, 2)
    work.broken = True
    work.let.send()
    for thread in threads:
        with pytest.raises(ConnectionError):
            thread.wait()
    work.broken = False
    assert gathering.add("ours", 3) == -3


def test_who_gives_way_waits_until_nothing_is_done_and_not_for_ever() -> None:
    work = Work()
    gathering = Gathering(work)
    gathering.give_way(60, 60)  # nothing was done yet
    begun(gathering, 1)
    waiting = eventlet.spawn(gathering.give_way, 60, 0.001)
    gathering.give_way(0.01, 0.001)
    assert not waiting.dead
    work.let.send()
    waiting.wait()
    ended = time.monotonic()
    gathering.give_way(60, 0.05)  # another may follow at once
    assert time.monotonic() - ended > 0.02
