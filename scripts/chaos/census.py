"""What arrived: at the mail server, in the inbox, and what is left in between."""

from __future__ import annotations

import math
import re
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from scripts.chaos.world import World
from scripts.servers.mail import MailServer
from scripts.stack import SERVICES, Stack
from tests.e2e.client import Api, wait_for

MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
SUBJECT = re.compile(rb"^subject:\s*Request (\d{5})", re.IGNORECASE | re.MULTILINE)
REQUEST = re.compile(r"Request (\d{5})$")
ANSWER = re.compile(r"Answer (\d{5})")
LEFT = {
    "fairlead_outbox_rows": "outbox",
    "fairlead_events_waiting": "failed",
    "fairlead_events_dead": "dead",
}
PAGE = 200


@dataclass
class Census:
    """One count.

    `copies`: of each mail's number, how often each Message-ID arrived.
    `messages`: of each mail's number, the messages in the inbox, as the API shows them.
    `answers`: of each answer's number, the messages in the inbox.
    `on_trips`: of each answer's number, the itineraries on whose timelines it stands.
    `left`: events in the outboxes, failed and dead ones, of all services; None while unknown.
    """

    copies: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    messages: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    on_trips: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    left: dict[str, int | None] = field(default_factory=dict)

    def is_uncertain(self, number: int) -> bool:
        """Whether a delivery of mail `number` was uncertain at some time."""
        return any(each["uncertain_at"] for each in self.deliveries(number))

    def deliveries(self, number: int) -> list[Any]:
        """How mail `number` fared."""
        return [each for message in self.messages[number] for each in message["deliveries"]]


def count(stack: Stack, api: Api, mail: MailServer, world: World) -> Census:
    """Count everything now. Raises AssertionError where the API does not answer."""
    census = count_copies(mail, world)
    census.left = count_left(stack)
    for trip in world.trips:
        for message in pages(api, f"/itineraries/{trip.id}/timeline", "messages"):
            if (found := _answer(message)) is not None:
                census.on_trips[found].append(trip.id)
    for conversation in pages(api, "/conversations", "conversations", channel="email"):
        for message in pages(api, f"/conversations/{conversation['id']}/messages", "messages"):
            if (found := _answer(message)) is not None:
                census.answers[found].append(message)
            elif request := REQUEST.fullmatch(message["subject"]):
                census.messages[int(request[1])].append(message)
    return census


def count_copies(mail: MailServer, world: World) -> Census:
    """Count what the mail server has, and nothing else."""
    census = Census()
    for trip in world.trips:
        for raw in mail.mails(trip.address):
            head = raw.partition(b"\r\n\r\n")[0]
            number, message_id = SUBJECT.search(head), MESSAGE_ID.search(head)
            if number and message_id:
                census.copies[int(number[1])][message_id[1].decode()] += 1
    return census


def count_left(stack: Stack) -> dict[str, int | None]:
    """The events that wait in all services together, by the names of LEFT."""
    sums: dict[str, float] = dict.fromkeys(LEFT.values(), 0.0)
    for service in SERVICES:
        seen = _metrics(stack.admin_ports[service])
        for metric, name in LEFT.items():
            sums[name] += seen.get(metric, math.nan)
    return {name: None if math.isnan(value) else int(value) for name, value in sums.items()}


def _metrics(port: int) -> dict[str, float]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
            text = response.read().decode()
    except (urllib.error.URLError, OSError):
        return {}
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name in LEFT
    }


def _answer(message: Any) -> int | None:
    if message["direction"] != "in":
        return None
    found = ANSWER.match(message["text"])
    return int(found[1]) if found else None


def pages(api: Api, path: str, key: str, **wanted: str) -> Iterator[Any]:
    """What a list of the API has, page by page; waits while the API is away."""
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": PAGE, **wanted, **({"cursor": cursor} if cursor else {})}
        page = wait_for(
            lambda query=query: _page(api, path, query),  # type: ignore[misc]
            f"an answer to GET {path}",
        )
        yield from page[key]
        cursor = page["cursor"]
        if cursor is None:
            return


def _page(api: Api, path: str, query: dict[str, Any]) -> Any:
    try:
        response = api.http.get(path, params=query)
    except httpx.TransportError:
        return None
    return response.json() if response.is_success else None
