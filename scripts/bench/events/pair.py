"""Events per second, from the row that caused one to the row that it caused."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from ..ground import Ground
from ..rounds import Ratio, alternate
from ..sides import Side, side
from ..worker import Worker

REACH = 0.5
AT_ONCE = 20  # as many as ours writes and hears at once


@dataclass(frozen=True)
class ByHand:
    """A way to do it by hand: with outbox and inbox or without, and by so many threads."""

    against: str
    variant: str
    threads: int
    reach: float | None = None


BY_HAND = (
    ByHand(f"by hand, {AT_ONCE} threads", "kept", AT_ONCE, REACH),
    ByHand(f"by hand, {AT_ONCE} threads, no outbox or inbox", "bare", AT_ONCE),
    ByHand("by hand, one thread", "kept", 1),
)


def compare(ground: Ground, *, rounds: int, events: int) -> list[Ratio]:
    """Our outbox and inbox against doing it by hand: `events` of each in each round."""
    with ExitStack() as stack:
        sides = {"fairlead": stack.enter_context(side(_ours(ground)))}
        for way in BY_HAND:
            sides[way.against] = stack.enter_context(side(_by_hand(ground, way)))
        found = alternate(
            {name: partial(_measure, each, events) for name, each in sides.items()}, rounds
        )
        costs = {name: each.cost() for name, each in sides.items()}
    return [
        Ratio(
            what="events",
            against=way.against,
            unit="events/s",
            ours=found["fairlead"],
            theirs=found[way.against],
            reach=way.reach,
            notes=(
                f"processor time of an event: {costs['fairlead']}, against {costs[way.against]}",
            ),
        )
        for way in BY_HAND
    ]


def _ours(ground: Ground) -> dict[str, partial[Worker]]:
    uri = ground.vhost()
    return {
        role: partial(
            Worker,
            "scripts.bench.events.fairlead",
            role,
            environment=ground.environment(uri, ground.database(role)),
        )
        for role in ("hearer", "writer")
    }


def _by_hand(ground: Ground, way: ByHand) -> dict[str, partial[Worker]]:
    uri = ground.vhost()
    return {
        role: partial(
            Worker,
            f"scripts.bench.events.hand_{role}",
            role,
            uri,
            ground.database(f"hand_{role}"),
            way.variant,
            str(way.threads),
        )
        for role in ("hearer", "writer")
    }


def _measure(each: Side, events: int) -> float:
    hearer, writer = each.workers["hearer"], each.workers["writer"]
    hearer.ask("expect", count=events)
    with each.counting() as done:
        begun = time.perf_counter()
        writer.ask("write", count=events)
        hearer.ask("heard")
        seconds = time.perf_counter() - begun
        done(events)
    return events / seconds
