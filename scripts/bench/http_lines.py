"""HTTP as cheap as Python has it: kept connections, one request under way on each, no thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

BUSY = 503
Line: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def lines(port: int, count: int) -> AsyncIterator[list[Line]]:
    """So many connections to a port here."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.close()


def request(port: int, head: str, body: bytes = b"") -> bytes:
    """A request of a first line and more headers, without the line ends of the last."""
    length = f"\r\nContent-Length: {len(body)}" if body else ""
    return f"{head}\r\nHost: 127.0.0.1:{port}{length}\r\n\r\n".encode() + body


async def answered(line: Line, asked: bytes) -> int:
    """Send it, and read its answer; returns the status. Raises AssertionError where it is neither a
    success nor says that it is busy."""
    reader, writer = line
    writer.write(asked)
    head = await reader.readuntil(b"\r\n\r\n")
    body = await _body(reader, head.lower())
    status = int(head.split(b" ", 2)[1])
    assert 200 <= status < 300 or status == BUSY, head + body
    return status


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """RFC 9112, 6: by its length, or in chunks until an empty one."""
    if b"\r\ntransfer-encoding: chunked\r\n" not in head:
        _, _, length = head.partition(b"\r\ncontent-length: ")
        return await reader.readexactly(int(length.split(b"\r\n")[0] or 0))
    body = b""
    while True:
        size = int(await reader.readline(), 16)
        body += await reader.readexactly(size + 2)
        if not size:
            return body
