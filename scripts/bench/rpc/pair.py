"""Calls per second, with so many under way at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from ..ground import Ground
from ..rounds import Ratio, alternate
from ..sides import Side, side
from ..worker import Worker

WINDOWS = (50, 1)
GATED = 50
SIDES = ("fairlead", "bare", "stock")
AGAINST = {"bare": ("bare py-amqp", 0.5), "stock": ("stock nameko", 2.5)}


def compare(ground: Ground, *, rounds: int, seconds: float) -> list[Ratio]:
    """Our calls against py-amqp's and stock nameko's: `seconds` of each in each round."""
    uri = ground.vhost()
    environment = ground.environment(uri, f"sqlite:///{ground.folder}/echo.db")
    with ExitStack() as stack:
        sides = {}
        for name in SIDES:
            start = partial(Worker, f"scripts.bench.rpc.{name}", environment=environment)
            roles = {role: partial(start, role, uri) for role in ("server", "client")}
            sides[name] = stack.enter_context(side(roles))
        return [ratio for w in WINDOWS for ratio in _with_window(sides, w, rounds, seconds)]


def _with_window(
    sides: Mapping[str, Side], window: int, rounds: int, seconds: float
) -> list[Ratio]:
    measures = {name: partial(_measure, each, seconds, window) for name, each in sides.items()}
    found = alternate(measures, rounds)
    costs = {name: each.cost() for name, each in sides.items()}
    return [
        Ratio(
            what=f"rpc, window {window}",
            against=against,
            unit="calls/s",
            ours=found["fairlead"],
            theirs=found[name],
            reach=reach if window == GATED else None,
            notes=(f"processor time of a call: {costs['fairlead']}, against {costs[name]}",),
        )
        for name, (against, reach) in AGAINST.items()
    ]


def _measure(each: Side, seconds: float, window: int) -> float:
    with each.counting() as done:
        rate: float = each.workers["client"].ask("measure", seconds=seconds, window=window)
        done(rate * seconds)
    return rate
