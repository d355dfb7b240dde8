"""Texts per second from an HTTP door to the message centre, and how long one is on its way."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial

from scripts.servers.jasmin import NoJasmin
from scripts.servers.message_centre import MessageCentre

from ..ground import Ground
from ..rounds import Ratio, alternate
from ..worker import Worker, workers
from .gateways import Gateway, jasmin, kannel
from .ours import ours

WINDOW = 50
POSTERS = 8
# Faster than Jasmin is asked for. Kannel is C, and holds no conversation.
AGAINST = {"jasmin": ("Jasmin", 1.0), "kannel": ("Kannel", None)}


class Way:
    """From one gateway's door to a message centre of its own."""

    def __init__(self, gateway: Gateway, centre: MessageCentre, poster: Worker) -> None:
        self._gateway = gateway
        self._centre = centre
        self._poster = poster
        self._arrived = centre.sessions["submitted"]

    def throughput(self, count: int) -> float:
        """Texts per second, from the first post to the last arrival."""
        return count / self._send(count, POSTERS)

    def latency(self, count: int) -> float:
        """Milliseconds from the post of a text that nothing else is under way with to its arrival,
        on average."""
        return sum(self._send(1, 1) for _ in range(count)) / count * 1000

    def _send(self, count: int, at_once: int) -> float:
        self._arrived += count
        given = self._gateway
        begun = time.perf_counter()
        self._poster.ask(
            "post",
            port=given.port,
            head=given.head,
            body=given.body,
            people=given.people,
            count=count,
            at_once=at_once,
        )
        self._centre.wait_for(self._arrived)
        return time.perf_counter() - begun


def compare(ground: Ground, *, rounds: int, texts: int, singly: int, others: bool) -> list[Ratio]:
    """Ours against Kannel and, unless not `others`, Jasmin, each at a message centre of one kind.

    `texts` in a round with several posters; `singly` one after the other. Where Jasmin cannot be
    had that is printed, and it is left out.
    """
    with ExitStack() as stack:
        ways = _ways(ground, stack, others)
        fast = alternate(
            {name: partial(way.throughput, texts) for name, way in ways.items()}, rounds
        )
        slow = alternate({name: partial(way.latency, singly) for name, way in ways.items()}, rounds)
    return [
        ratio
        for name in ways
        if name in AGAINST
        for ratio in (
            Ratio(
                what=f"door to centre, {POSTERS} posters",
                against=AGAINST[name][0],
                unit="texts/s",
                ours=fast["ours"],
                theirs=fast[name],
                reach=AGAINST[name][1],
            ),
            Ratio(
                what="door to centre, one text",
                against=AGAINST[name][0],
                unit="ms",
                ours=slow["ours"],
                theirs=slow[name],
                reach=AGAINST[name][1],
                most=True,
            ),
        )
    ]


def _ways(ground: Ground, stack: ExitStack, others: bool) -> dict[str, Way]:
    [poster] = stack.enter_context(workers(partial(Worker, "scripts.bench.doors.poster")))
    centres = {
        name: stack.enter_context(MessageCentre(receipts=False, remember=False))
        for name in ("ours", *AGAINST)
    }
    found = {
        "ours": stack.enter_context(ours(ground, centres["ours"], WINDOW)),
        "kannel": stack.enter_context(kannel(centres["kannel"], WINDOW)),
    }
    if others:
        try:
            found["jasmin"] = stack.enter_context(
                jasmin(centres["jasmin"], ground.folder / "jasmin", ground.rabbitmq)
            )
        except NoJasmin as error:
            print(f"Jasmin is left out: {error}", flush=True)
    return {name: Way(gateway, centres[name], poster) for name, gateway in found.items()}
