"""WhatsApp both ways, by turns over Meta's Cloud API (even numbers) and over a linked device."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from scripts.chaos.census import pages
from scripts.chaos.chats import ChatCensus, ChatReport, Receipts, judge_chats
from scripts.chaos.hooking import Meta
from scripts.chaos.linked import LinkedDevice
from scripts.chaos.posting import Posting
from scripts.chaos.quota import Quota
from scripts.servers import graph
from scripts.servers.graph import Graph
from scripts.servers.whatsapp.server import StandIn
from scripts.stack import Stack
from tests.e2e.client import Api, wait_for

PEOPLE = 20
LOOK_SECONDS = 2.0
CHAT = re.compile(r"Chat (\d{5})")
REMARK = re.compile(r"Remark (\d{5})")


class Chatting:
    """Two numbers, the networks that they are at, and who writes over them.

    `remarks` are the numbers of what people wrote: it is brought until it is acknowledged.
    """

    def __init__(
        self,
        api: Api,
        stack: Stack,
        meta_side: Graph,
        standin: StandIn,
        chats: Quota,
        remarks: Quota,
        seed: int,
    ) -> None:
        self.quotas = [chats, remarks]
        self.remarks: list[int] = []
        self._api = api
        self._graph = meta_side
        self._standin = standin
        self._receipts = Receipts()
        self.device = LinkedDevice(api, stack, standin)
        made = api.post("/connections", {"channel": "whatsapp", "details": _details()})
        self._numbers = made["id"], self.device.id
        path = f"{stack.address}/api/v1/hooks/whatsapp/{made['id']}"
        self._meta = Meta(meta_side, path, seed)
        self.posting = Posting(api, "chat", chats, self._draft)

    @contextmanager
    def networks(self) -> Iterator[None]:
        """Meta brings webhooks meanwhile, and the statuses of chats are looked at. Everybody has
        written once when it begins: only to such a person may somebody write freely at Meta."""
        threads = [threading.Thread(target=self._meta.deliver) for _ in range(2)]
        over = threading.Event()
        threads.append(threading.Thread(target=self._look, args=[over]))
        for number in range(PEOPLE):
            self._meta.write(_person(2 * number), f"wamid.opening-{number}", "Good morning")
        for thread in threads:
            thread.start()
        try:
            self._wait_for_openings()
            yield
        finally:
            over.set()
            self._meta.close()
            for thread in threads:
                thread.join()

    def write(self) -> None:
        """Let people write until they have nothing more to say."""
        while (number := self.quotas[1].take()) is not None:
            said = f"Remark {number:05d} ž"
            self.remarks.append(number)
            if number % 2:
                # It waits for the device, which may be dead just now, until that acknowledges it.
                with suppress(TimeoutError):
                    self._standin.write(said, _person(number))
            else:
                self._meta.write(_person(number), f"wamid.remark-{number}", said)

    @property
    def refused(self) -> list[str]:
        """Answers that no repeating helps against."""
        return self.posting.refused + self._meta.refused

    def census(self) -> ChatCensus:
        """Count now. Raises AssertionError where the API does not answer."""
        found = ChatCensus()
        for conversation in pages(self._api, "/conversations", "conversations", channel="whatsapp"):
            path = f"/conversations/{conversation['id']}/messages"
            for message in pages(self._api, path, "messages"):
                if said := CHAT.match(message["text"]):
                    found.messages[int(said[1])].append(message)
                elif said := REMARK.match(message["text"]):
                    found.heard[int(said[1])] += 1
        for id, text in self._arrived():
            if said := CHAT.match(text):
                found.copies[int(said[1])][id] += 1
        for number in list(found.messages):
            self._receipts.see(number, found.statuses(number))
        return found

    def missing(self, found: ChatCensus) -> dict[str, int]:
        """What has still to happen."""
        sent = self.posting.sent
        return {
            "chats under way": sum(not found.is_over(number) for number in sent),
            "chats not read": sum(
                bool(found.copies[number]) and not found.is_read(number)
                for number in filter(_is_cloud, sent)
            ),
            "remarks not heard": sum(not found.heard[number] for number in self.remarks),
            "webhooks not acknowledged": self._meta.waiting,
        }

    def report(self, found: ChatCensus) -> ChatReport:
        """The figures, and the promises that are broken."""
        sent = self.posting.sent
        return judge_chats(
            found,
            sent,
            self.remarks,
            receipted=set(filter(_is_cloud, sent)),
            fallen=self._receipts.fallen,
        )

    def _arrived(self) -> Iterator[tuple[str, str]]:
        """Id and text of each message that a network was given, as often as it was."""
        for id, message in list(self._graph.accepted.items()):
            yield id, message.get("text", {}).get("body", "")
        for sent in list(self._standin.sent):
            if (said := sent.message) is not None:
                yield sent.id, said.conversation or said.extendedTextMessage.text

    def _draft(self, number: int) -> dict[str, Any]:
        return {
            "channel": "whatsapp",
            "connection_id": self._numbers[number % 2],
            "to": [{"address": f"+{_person(number)}"}],
            "text": f"Chat {number:05d}",
        }

    def _look(self, over: threading.Event) -> None:
        while not over.wait(LOOK_SECONDS):
            with suppress(AssertionError):  # the API is away for long
                # By the list of what was sent: a chat has one delivery, and stands there with its
                # status. A census asks for each conversation by itself.
                for sent in pages(self._api, "/messages/sent", "sent", channel="whatsapp"):
                    if said := CHAT.match(sent["preview"]):
                        self._receipts.see(int(said[1]), [sent["status"]])

    def _wait_for_openings(self) -> None:
        def opened() -> bool:
            found = pages(self._api, "/conversations", "conversations", channel="whatsapp")
            return sum(1 for _ in found) >= PEOPLE

        wait_for(opened, "what people write first", 120)


def _is_cloud(number: int) -> bool:
    return number % 2 == 0


def _person(number: int) -> str:
    """Who writes remark `number`, and gets chat `number`."""
    who = number // 2 % PEOPLE
    return f"34600200{who:03d}" if number % 2 else f"3519300000{who:02d}"


def _details() -> dict[str, Any]:
    return {
        "label": "Cloud",
        "kind": "cloud",
        "number": "+351210000046",
        "pace": {"per_minute": 6000, "people_a_day": 100_000},
        "cloud": {
            "phone_number_id": graph.NUMBER_ID,
            "business_account_id": graph.ACCOUNT_ID,
            "access_token": graph.TOKEN,
            "app_secret": graph.SECRET,
            "verify_token": graph.VERIFY,
        },
    }
