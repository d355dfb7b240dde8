"""The process that draws one file: an order on standard input, a reply on standard output."""

from __future__ import annotations

import resource
import sys
from typing import Final

import msgspec

from .words import Order, Reply

MEMORY: Final = 768 * 1024 * 1024  # bytes of address space, the libraries among them
PROCESSOR: Final = 15  # seconds


def confine() -> None:
    """From here on: little memory and time, no file can be written, none left behind."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(limit, (value, value))


def work(order: Order) -> Reply:
    """Draw, and say in words what went wrong."""
    from . import durations, images, pages

    try:
        if order.media_type.startswith("image/"):
            return Reply(images.draw(order.content))
        if order.media_type == "application/pdf":
            return Reply(pages.draw(order.content))
        return Reply(durations.measure(order.content, order.media_type))
    except MemoryError:
        return Reply(trouble="drawing it takes too much memory")
    except Exception as error:
        return Reply(trouble=f"it cannot be read: {error}"[:300])


def main() -> None:
    """Work off one order."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    confine()
    sys.stdout.buffer.write(msgspec.msgpack.encode(work(order)))


if __name__ == "__main__":
    main()
