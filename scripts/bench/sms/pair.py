"""Texts submitted per second to a message centre that others wrote, with the same window."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial

from scripts.servers.message_centre import MessageCentre

from ..ground import Ground
from ..rounds import Ratio, alternate
from ..sides import Side, side
from ..worker import Worker

WINDOW = 50
DELAY = 0.02  # seconds that a centre far away takes to answer


# The usual library, and what a socket and struct alone can do, which promises nothing.
AGAINST = {"library": ("smpplib", 0.8), "bare": ("a bare socket", None)}


def compare(ground: Ground, *, rounds: int, seconds: float) -> list[Ratio]:
    """Ours against a bare client with the same window: without delay, and with one, where it shows
    what the window allows."""
    return [*_at_once(ground, rounds, seconds), _far_away(ground, rounds, seconds)]


def _at_once(ground: Ground, rounds: int, seconds: float) -> list[Ratio]:
    found, costs = _alternate(ground, rounds, seconds, delay=0, against=tuple(AGAINST))
    return [
        Ratio(
            what=f"sms, window {WINDOW}",
            against=against,
            unit="texts/s",
            ours=found["ours"],
            theirs=found[name],
            reach=reach,
            notes=(f"processor time of a text: {costs['ours']}, against {costs[name]}",),
        )
        for name, (against, reach) in AGAINST.items()
    ]


def _far_away(ground: Ground, rounds: int, seconds: float) -> Ratio:
    found, _ = _alternate(ground, rounds, seconds, delay=DELAY, against=("bare",))
    return Ratio(
        what=f"sms, window {WINDOW}, {DELAY * 1000:.0f} ms away",
        against="a bare socket",
        unit="texts/s",
        ours=found["ours"],
        theirs=found["bare"],
        reach=0.9,
        notes=(f"{WINDOW / DELAY:,.0f} were possible if the centre's timers were exact",),
    )


def _alternate(
    ground: Ground, rounds: int, seconds: float, *, delay: float, against: Sequence[str]
) -> tuple[dict[str, list[float]], dict[str, str]]:
    with ExitStack() as stack:
        port, password = _centre(stack, delay)
        sides = {"ours": stack.enter_context(_ours(ground, port, password))}
        for name in against:
            start = partial(Worker, f"scripts.bench.sms.{name}", port, password)
            sides[name] = stack.enter_context(side({"client": start}))
        measures = {name: partial(_measure, each, seconds) for name, each in sides.items()}
        found = alternate(measures, rounds)
        return found, {name: each.cost() for name, each in sides.items()}


def _centre(stack: ExitStack, delay: float) -> tuple[str, str]:
    centre = stack.enter_context(MessageCentre(delay=delay, receipts=False, remember=False))
    return str(centre.port), centre.password


def _ours(ground: Ground, port: str, password: str) -> AbstractContextManager[Side]:
    environment = ground.environment("embedded://", f"sqlite:///{ground.folder}/sms.db")
    start = partial(
        Worker, "scripts.bench.sms.fairlead", port, password, str(WINDOW), environment=environment
    )
    return side({"client": start})


def _measure(each: Side, seconds: float) -> float:
    with each.counting() as done:
        rate: float = each.workers["client"].ask("measure", seconds=seconds, window=WINDOW)
        done(rate * seconds)
    return rate
