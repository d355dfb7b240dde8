"""Who posts texts: `python -m scripts.bench.doors.poster`. To each gateway in the same way."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence

from ..http_lines import BUSY, Line, answered, lines, request
from ..worker import obey


def post(port: int, head: str, body: str, people: Sequence[str], count: int, at_once: int) -> None:
    """Post `count` texts to `people` in turn over `at_once` lines; returns when all are taken.

    In `head` and `body`, %TO% stands for one of `people`, %ID% for what no other post has.
    """
    asyncio.run(
        _post([_filled(port, head, body, people, each) for each in range(count)], port, at_once)
    )


def _filled(port: int, head: str, body: str, people: Sequence[str], number: int) -> bytes:
    given = {"%TO%": people[number % len(people)], "%ID%": str(uuid.uuid4())}
    for name, value in given.items():
        head, body = head.replace(name, value), body.replace(name, value)
    return request(port, head, body.encode())


async def _post(requests: list[bytes], port: int, at_once: int) -> None:
    left = iter(requests)

    async def send(line: Line) -> None:
        for each in left:
            status = await answered(line, each)
            assert status != BUSY, "a text was refused because the gateway was busy"

    async with lines(port, at_once) as opened:
        await asyncio.gather(*map(send, opened))


if __name__ == "__main__":
    obey({"post": post})
