"""Texts both ways: posted to the API as a careful client does, brought by a message centre as a
carrier does, and counted on either side."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.chaos.census import pages
from scripts.chaos.posting import Posting
from scripts.chaos.quota import Quota
from scripts.chaos.sending import PAUSE
from scripts.servers.message_centre import MessageCentre
from tests.e2e.client import Api, wait_for

SENDER = "+351210000045"
PHONES, STRANGERS = 40, 20
TEXT = re.compile(r"Text (\d{5})")
WORD = re.compile(r"Word (\d{5})")
# A carrier's SMPP may have lost the receipt of what it took; then it stays as it is.
SETTLED = frozenset({"sent", "delivered", "uncertain"})


@dataclass
class TextCensus:
    """One count: of each text's number the `copies` that the centre has and the `messages` in the
    inbox; of each word's number how often the inbox `heard` it. `told` are the numbers of texts
    whose receipt the gateway answered for."""

    copies: Counter[int] = field(default_factory=Counter)
    told: set[int] = field(default_factory=set)
    messages: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    heard: Counter[int] = field(default_factory=Counter)

    def statuses(self, number: int) -> list[str]:
        """How text `number` fared."""
        return [each["status"] for m in self.messages[number] for each in m["deliveries"]]


@dataclass(frozen=True)
class TextReport:
    """`doubled` texts reached the centre twice: there must be none, uncertain or not."""

    sent: int
    arrived: int
    uncertain: int
    doubled: int
    words: int
    words_heard: int
    broken: list[str]

    def text(self) -> str:
        """Two lines for a person."""
        return (
            f"texts    {self.sent} accepted, {self.arrived} arrived, {self.doubled} arrived twice,"
            f" {self.uncertain} marked uncertain\n"
            f"words    {self.words} taken, {self.words_heard} heard"
        )


class Texting:
    """A connection to `centre`, and who writes over it: `posting` sends, `taken` are the numbers
    of what was answered for."""

    def __init__(self, api: Api, centre: MessageCentre, texts: Quota, words: Quota) -> None:
        self.taken: list[int] = []
        self.quotas = [texts, words]
        self._api = api
        self._centre = centre
        self.posting = Posting(api, "text", texts, self._draft)
        made = api.post("/connections", {"channel": "sms", "details": _details(centre)})
        path = f"/connections/{made['id']}"
        wait_for(lambda: api.get(path)["state"] == "open", "the message centre to let us in")

    def answer(self) -> None:
        """Let people write until they have nothing more to say; what nobody took is brought again,
        as a carrier does."""
        words = self.quotas[1]
        while (number := words.take()) is not None:
            source = f"3519200000{number % STRANGERS:02d}"
            said = f"Word {number:05d} ž"
            while not words.closed:
                if self._centre.bring(source, SENDER[1:], said) == 0:
                    self.taken.append(number)
                    break
                time.sleep(PAUSE)

    def _draft(self, number: int) -> dict[str, Any]:
        return {
            "channel": "sms",
            "to": [{"address": f"+3519100000{number % PHONES:02d}"}],
            "text": f"Text {number:05d}",
        }

    def census(self) -> TextCensus:
        """Count now. Raises AssertionError where the API does not answer."""
        found = TextCensus()
        for each in self._centre.texts:
            if said := TEXT.match(each["text"]):
                found.copies[int(said[1])] += 1
                if each["told"]:
                    found.told.add(int(said[1]))
        for conversation in pages(self._api, "/conversations", "conversations", channel="sms"):
            path = f"/conversations/{conversation['id']}/messages"
            for message in pages(self._api, path, "messages"):
                if said := TEXT.match(message["text"]):
                    found.messages[int(said[1])].append(message)
                elif said := WORD.match(message["text"]):
                    found.heard[int(said[1])] += 1
        return found

    def missing(self, found: TextCensus) -> dict[str, int]:
        """What has still to happen."""
        return {
            "texts under way": sum(not _is_over(found, number) for number in self.posting.sent),
            "receipts not told": sum(
                not _knows_its_receipt(found, number) for number in self.posting.sent
            ),
            "words not heard": sum(not found.heard[number] for number in self.taken),
        }

    def report(self, found: TextCensus) -> TextReport:
        """The figures, and the promises that are broken."""
        return judge_texts(found, self.posting.sent, self.taken)


def judge_texts(found: TextCensus, sent: Sequence[int], taken: Sequence[int]) -> TextReport:
    """The figures of texts that were accepted and words that were taken."""
    uncertain = [number for number in sent if "uncertain" in found.statuses(number)]
    doubled = [number for number in sent if found.copies[number] > 1]
    broken = {
        "texts lost": [n for n in sent if not found.copies[n] and n not in uncertain],
        "texts sent twice": doubled,
        "texts that are not one message in the inbox": [
            number for number in sent if len(found.messages[number]) != 1
        ],
        "texts whose receipt was lost": [n for n in sent if not _knows_its_receipt(found, n)],
        "texts that have not come to an end": [n for n in sent if not _is_over(found, n)],
        "words lost": [number for number in taken if not found.heard[number]],
        "words heard twice": [number for number in taken if found.heard[number] > 1],
    }
    return TextReport(
        sent=len(sent),
        arrived=sum(found.copies[number] > 0 for number in sent),
        uncertain=len(uncertain),
        doubled=len(doubled),
        words=len(taken),
        words_heard=sum(found.heard[number] > 0 for number in taken),
        broken=[
            f"{len(numbers)} {what}: {', '.join(map(str, numbers[:5]))}"
            for what, numbers in broken.items()
            if numbers
        ],
    )


def _is_over(found: TextCensus, number: int) -> bool:
    statuses = found.statuses(number)
    return bool(statuses) and SETTLED.issuperset(statuses)


def _knows_its_receipt(found: TextCensus, number: int) -> bool:
    return number not in found.told or set(found.statuses(number)) == {"delivered"}


def _details(centre: MessageCentre) -> dict[str, Any]:
    return {
        "label": "Texts",
        "kind": "smpp",
        "sender": SENDER,
        "smpp": {
            "host": "127.0.0.1",
            "port": centre.port,
            "system_id": "us",
            "password": centre.password,
            "per_second": 200,
        },
    }
