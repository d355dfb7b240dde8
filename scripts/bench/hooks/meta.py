"""Who sends the webhooks: `python -m scripts.bench.hooks.meta`. Each is another, and signed.

What it takes it takes from both sides alike.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterator

from scripts.servers.graph import body, signed, text, value

from ..http_lines import BUSY, Line, answered, lines, request
from ..worker import obey


class Meta:
    """Sends to one address at a time."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def flood(self, port: int, path: str, seconds: float, at_once: int) -> int:
        """`at_once` lines, each with the next webhook as soon as one is answered; returns how many
        were acknowledged."""
        return asyncio.run(self._flood(self._requests(port, path), port, seconds, at_once))

    def pace(self, port: int, path: str, seconds: float, rate: float, at_once: int) -> float:
        """The 99th percentile, in seconds, of what a webhook waits for its acknowledgement from the
        moment that it is due, at `rate` a second, however slow the answers are."""
        return asyncio.run(self._pace(self._requests(port, path), port, seconds, rate, at_once))

    def _requests(self, port: int, path: str) -> Iterator[bytes]:
        for number in self._numbers:
            sender = f"35193{number % 400:07d}"
            content = body(value(text(sender, f"wamid.{number}", "Is it the gate by the river?")))
            head = (
                f"POST {path} HTTP/1.1\r\nContent-Type: application/json\r\n"
                f"X-Hub-Signature-256: {signed(content)}"
            )
            yield request(port, head, content)

    async def _flood(
        self, requests: Iterator[bytes], port: int, seconds: float, at_once: int
    ) -> int:
        until = time.perf_counter() + seconds

        async def send(line: Line) -> int:
            done = 0
            while time.perf_counter() < until:
                done += await answered(line, next(requests)) != BUSY
            return done

        async with lines(port, at_once) as opened:
            return sum(await asyncio.gather(*map(send, opened)))

    async def _pace(
        self, requests: Iterator[bytes], port: int, seconds: float, rate: float, at_once: int
    ) -> float:
        waits: list[float] = []
        begun = time.perf_counter()
        due = iter([begun + number / rate for number in range(round(seconds * rate))])

        async def send(line: Line) -> None:
            for moment in due:
                await asyncio.sleep(moment - time.perf_counter())
                content = next(requests)
                while await answered(line, content) == BUSY:
                    pass  # it is brought again until it is acknowledged
                waits.append(time.perf_counter() - moment)

        async with lines(port, at_once) as opened:
            await asyncio.gather(*map(send, opened))
        return statistics.quantiles(waits, n=100)[98]


def main() -> None:
    """Be the one that sends."""
    meta = Meta()
    obey({"flood": meta.flood, "pace": meta.pace})


if __name__ == "__main__":
    main()
