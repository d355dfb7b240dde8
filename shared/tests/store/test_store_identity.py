"""Ids of version 7."""

from __future__ import annotations

import threading
import time
from uuid import RFC_4122, UUID

import pytest

from fairlead.store import identity, new_id


def test_an_id_has_version_variant_and_the_time() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1000


def test_ids_grow_within_a_millisecond() -> None:
    ids = [new_id() for _ in range(20_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert [*map(str, ids)] == sorted(map(str, ids))


def test_ids_grow_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr("fairlead.store.identity.time.time_ns", lambda: 0)
    later = [new_id() for _ in range(100)]
    assert [first, *later] == sorted({first, *later})


def test_running_over_a_millisecond_takes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns() // 1_000_000 + 3_600_000
    monkeypatch.setattr("fairlead.store.identity.time.time_ns", lambda: now * 1_000_000)
    monkeypatch.setattr(identity, "_last", now << 74 | (1 << 74) - 1)
    made = new_id()
    assert (made.int >> 80, made.version, made.variant) == (now + 1, 7, RFC_4122)


def test_threads_never_draw_the_same() -> None:
    drawn: list[list[UUID]] = [[] for _ in range(4)]

    def draw(into: list[UUID]) -> None:
        into.extend(new_id() for _ in range(5_000))

    threads = [threading.Thread(target=draw, args=[into]) for into in drawn]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set().union(*drawn)) == 20_000
    assert all(ids == sorted(ids) for ids in drawn)
