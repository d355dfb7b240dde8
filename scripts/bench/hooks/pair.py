"""Webhooks acknowledged per second, each on disk before it is, and how long one waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import LiteralString

import psycopg

from scripts.servers.ports import free_ports

from ..ground import Ground
from ..kept import as_superuser
from ..rounds import Ratio, alternate
from ..sides import Side, side
from ..worker import Worker

REACH = 0.7
LINES = 20  # webhooks under way at a time
RATE, SLOWEST = 200.0, 0.25  # a second; seconds that hardly one may wait
DRAIN_SECONDS = 120.0
KEPT: LiteralString = "SELECT count(*) FROM incoming"
UNREAD: LiteralString = f"{KEPT} WHERE done_at IS NULL"


@dataclass(frozen=True)
class Door:
    """Where one side takes webhooks, and how many it `kept`; `rest` returns when it has nothing
    more to do, so that it burdens nobody else's round."""

    side: Side
    port: int
    path: str
    kept: Callable[[], int]
    rest: Callable[[], None]


def compare(ground: Ground, *, rounds: int, seconds: float) -> list[Ratio]:
    """Our road, of two processes and the broker between them, against a bare view."""
    with ExitStack() as stack:
        meta = stack.enter_context(side({"meta": partial(Worker, "scripts.bench.hooks.meta")}))
        sender = meta.workers["meta"]
        doors = {"ours": _ours(ground, stack), "bare": _bare(ground, stack)}
        found = alternate(
            {name: partial(_flood, sender, door, seconds) for name, door in doors.items()}, rounds
        )
        costs = {name: door.side.cost() for name, door in doors.items()}
        waits = alternate(
            {name: partial(_pace, sender, door, seconds * 2) for name, door in doors.items()},
            rounds,
        )
    beside = " ".join(f"{wait * 1000:.0f}" for wait in waits["bare"])
    return [
        Ratio(
            what=f"webhooks, {LINES} at a time",
            against="a bare Flask view",
            unit="hooks/s",
            ours=found["ours"],
            theirs=found["bare"],
            reach=REACH,
            notes=(f"processor time of a webhook: {costs['ours']}, against {costs['bare']}",),
        ),
        Ratio(
            what=f"a webhook's wait, {RATE:.0f} a second",
            against=f"{SLOWEST * 1000:.0f} ms",
            unit="ms (p99)",
            ours=[wait * 1000 for wait in waits["ours"]],
            theirs=[SLOWEST * 1000 for _ in waits["ours"]],
            reach=1.0,
            most=True,
            notes=(f"the bare view's, in ms: {beside}",),
        ),
    ]


def _flood(sender: Worker, door: Door, seconds: float) -> float:
    before = door.kept()
    with door.side.counting() as done:
        acknowledged: int = sender.ask(
            "flood", port=door.port, path=door.path, seconds=seconds, at_once=LINES
        )
        done(acknowledged)
    kept = door.kept() - before
    assert kept >= acknowledged, f"{acknowledged} webhooks were acknowledged, {kept} are kept"
    door.rest()
    return acknowledged / seconds


def _pace(sender: Worker, door: Door, seconds: float) -> float:
    wait: float = sender.ask(
        "pace", port=door.port, path=door.path, seconds=seconds, rate=RATE, at_once=LINES * 5
    )
    door.rest()
    return wait


def _ours(ground: Ground, stack: ExitStack) -> Door:
    uri, [port] = ground.vhost(), free_ports(1)
    url = ground.database("whatsapp")
    gateway = ground.environment(uri, url)
    door = ground.environment(uri, ground.database("door")) | {"FAIRLEAD_PORT": str(port)}
    running = stack.enter_context(
        side(
            {
                "gateway": partial(Worker, "scripts.bench.hooks.gateway", environment=gateway),
                "door": partial(Worker, "scripts.bench.hooks.door", environment=door),
            }
        )
    )
    connection = running.workers["gateway"].ask("connect")
    count = partial(_count, as_superuser(ground.postgresql, url.rpartition("/")[2]))

    def rest() -> None:
        until = time.monotonic() + DRAIN_SECONDS
        while count(UNREAD):
            if time.monotonic() > until:
                raise TimeoutError("webhooks stay unread")
            time.sleep(0.1)

    return Door(running, port, f"/api/v1/hooks/whatsapp/{connection}", count, rest)


def _bare(ground: Ground, stack: ExitStack) -> Door:
    [port] = free_ports(1)
    url = ground.database("bare_hooks")
    environment = ground.environment("embedded://", url)
    start = partial(Worker, "scripts.bench.hooks.bare", str(port), environment=environment)
    running = stack.enter_context(side({"view": start}))
    count = partial(_count, as_superuser(ground.postgresql, url.rpartition("/")[2]))
    return Door(running, port, "/hook", count, lambda: None)


def _count(url: str, question: LiteralString = KEPT) -> int:
    with psycopg.connect(url) as connection:
        [found] = connection.execute(question).fetchall()
    return int(found[0])
