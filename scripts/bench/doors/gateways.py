"""What the gateways have in common, and those of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.servers.jasmin import Jasmin, installed
from scripts.servers.kannel_gateway import USER, Bearerbox, Smsbox
from scripts.servers.message_centre import MessageCentre
from scripts.servers.rabbitmq import RabbitMQ
from scripts.servers.redis import Redis

TEXT = "Your driver is at the main entrance, plate 12-AB-34."
_ENCODED = TEXT.replace(" ", "+").replace(",", "%2C")
PEOPLE = [f"3519300000{number:02d}" for number in range(20)]
SENDER = "Atlas"


@dataclass(frozen=True)
class Gateway:
    """How a text is posted; as `poster.post`."""

    port: int
    head: str
    body: str
    people: Sequence[str]


@contextmanager
def kannel(centre: MessageCentre, window: int) -> Iterator[Gateway]:
    """Kannel, which writes what it took into files."""
    with Bearerbox(centre, window) as bearerbox, Smsbox(bearerbox):
        query = f"username={USER}&password={bearerbox.secret}&from={SENDER}&to=%TO%"
        head = f"GET /cgi-bin/sendsms?{query}&text={_ENCODED} HTTP/1.1"
        yield Gateway(bearerbox.door, head, "", PEOPLE)


@contextmanager
def jasmin(centre: MessageCentre, folder: Path, broker: RabbitMQ) -> Iterator[Gateway]:
    """Jasmin, which puts what it took into queues of the broker. It has no window of its own. It is
    installed in `folder`. Raises NoJasmin."""
    programs = installed(folder)
    with Redis() as redis, Jasmin(programs, centre, broker, redis) as gateway:
        gateway.connect()
        query = f"username={gateway.user}&password={gateway.password}&from={SENDER}&to=%TO%"
        head = f"GET /send?{query}&content={_ENCODED} HTTP/1.1"
        yield Gateway(gateway.port, head, "", PEOPLE)
