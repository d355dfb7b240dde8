"""What became of chats by WhatsApp, and the promises about them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

GRADES = ("queued", "uncertain", "sent", "delivered", "read")
SETTLED = frozenset(GRADES[1:])
NAMED = 5  # numbers that a broken promise names


@dataclass
class ChatCensus:
    """One count: of each chat's number the ids under which the network has it, how often each, and
    the messages in the inbox; of each remark's number how often the inbox `heard` it."""

    copies: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    messages: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    heard: Counter[int] = field(default_factory=Counter)

    def statuses(self, number: int) -> list[str]:
        """How chat `number` fared."""
        return [each["status"] for m in self.messages[number] for each in m["deliveries"]]

    def is_over(self, number: int) -> bool:
        """Whether chat `number` has come to an end; a later receipt may still come."""
        statuses = self.statuses(number)
        return bool(statuses) and SETTLED.issuperset(statuses)

    def is_read(self, number: int) -> bool:
        """Whether its reader's receipt is there."""
        return set(self.statuses(number)) == {"read"}


class Receipts:
    """The highest status that each chat was ever seen in. `fallen` are those seen lower later."""

    def __init__(self) -> None:
        self.fallen: set[int] = set()
        self._highest: dict[int, int] = {}

    def see(self, number: int, statuses: Iterable[str]) -> None:
        """Look at chat `number` once more."""
        for status in statuses:
            grade = GRADES.index(status) if status in GRADES else -1
            if grade < self._highest.get(number, grade):
                self.fallen.add(number)
            self._highest[number] = max(grade, self._highest.get(number, grade))


@dataclass(frozen=True)
class ChatReport:
    """`doubled` chats reached the network twice: there must be none, uncertain or not. A message
    that the client brings again under its own id is one."""

    sent: int
    arrived: int
    read: int
    uncertain: int
    doubled: int
    remarks: int
    remarks_heard: int
    broken: list[str]

    def text(self) -> str:
        """Two lines for a person."""
        return (
            f"chats    {self.sent} accepted, {self.arrived} arrived, {self.doubled} arrived twice,"
            f" {self.read} read, {self.uncertain} marked uncertain\n"
            f"remarks  {self.remarks} written, {self.remarks_heard} heard"
        )


def judge_chats(
    found: ChatCensus,
    sent: Sequence[int],
    remarks: Sequence[int],
    *,
    receipted: Collection[int],
    fallen: Collection[int] = (),
) -> ChatReport:
    """The figures of chats that were accepted and remarks that were written. `receipted` are those
    chats of which every status was brought until it was acknowledged; `fallen` as of Receipts."""
    uncertain = [number for number in sent if "uncertain" in found.statuses(number)]
    arrived = [number for number in sent if found.copies[number]]
    doubled = [number for number in sent if len(found.copies[number]) > 1]
    broken = {
        "chats lost": [n for n in sent if n not in arrived and n not in uncertain],
        "chats sent twice": doubled,
        "chats that are not one message in the inbox": [
            number for number in sent if len(found.messages[number]) != 1
        ],
        "chats that have not come to an end": [n for n in sent if not found.is_over(n)],
        "chats that were read and are not shown so": [
            n for n in arrived if n in receipted and not found.is_read(n)
        ],
        "chats whose status went back": sorted(fallen),
        "remarks lost": [number for number in remarks if not found.heard[number]],
        "remarks heard twice": [number for number in remarks if found.heard[number] > 1],
    }
    return ChatReport(
        sent=len(sent),
        arrived=len(arrived),
        read=sum(map(found.is_read, sent)),
        uncertain=len(uncertain),
        doubled=len(doubled),
        remarks=len(remarks),
        remarks_heard=sum(found.heard[number] > 0 for number in remarks),
        broken=[
            f"{len(numbers)} {what}: {', '.join(map(str, numbers[:NAMED]))}"
            for what, numbers in broken.items()
            if numbers
        ],
    )
