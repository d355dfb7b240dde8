"""The figures of a run, and the promises that they keep or break."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from scripts.chaos.answering import Answer
from scripts.chaos.census import Census
from scripts.chaos.chats import ChatReport
from scripts.chaos.killing import Killed
from scripts.chaos.sending import Sent
from scripts.chaos.texting import TextReport

FINAL = frozenset({"sent", "delivered", "read"})
NAMED = 5  # numbers that a broken promise names


@dataclass(frozen=True)
class Recovery:
    """One kill. Seconds from it until: the victim was started again; all services were ready; the
    first mail posted after it was taken by the mail server; the first answer written after it was
    fetched. None: nothing was sent after it."""

    victim: str
    down: float
    ready: float
    first_mail: float | None
    first_answer: float | None


@dataclass
class Report:
    """All counts are of mails and answers, not of copies; `texts` and `chats` have those of
    texts and chats.

    `duplicated` arrived more than once; `duplicated_certain` are those of them whose delivery never
    was uncertain, so there must be none. `seconds` from the first post to quiet.
    """

    planned: int
    sent: int
    arrived: int
    lost: int
    duplicated: int
    duplicated_certain: int
    uncertain: int
    answers: int
    answers_seen: int
    answers_lost: int
    answers_duplicated: int
    answers_misplaced: int
    repeated: dict[str, int]
    left: dict[str, int | None]
    recoveries: list[Recovery]
    sending_seconds: float
    seconds: float
    texts: TextReport
    chats: ChatReport
    broken: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Mails and answers per second, over the whole run with all its deaths."""
        return (self.arrived + self.answers_seen) / self.seconds if self.seconds else 0.0

    def text(self) -> str:
        """The report for a person."""
        posts = ", ".join(f"{count}x {why}" for why, count in sorted(self.repeated.items()))
        lines = [
            f"mails    {self.sent} accepted of {self.planned}, {self.arrived} arrived,"
            f" {self.lost} lost, {self.duplicated} arrived twice"
            f" ({self.duplicated_certain} not marked uncertain), {self.uncertain} marked uncertain",
            f"answers  {self.answers} taken, {self.answers_seen} seen, {self.answers_lost} lost,"
            f" {self.answers_duplicated} twice, {self.answers_misplaced} in the wrong place",
            self.texts.text(),
            self.chats.text(),
            f"posts repeated: {posts or 'none'}",
            "events left: " + ", ".join(f"{count} {name}" for name, count in self.left.items()),
            "",
            "killed -9        started   ready   first mail   first answer   (seconds after it)",
            *(
                f"{each.victim:16} {each.down:7.1f} {each.ready:7.1f}"
                f" {_seconds(each.first_mail):>12} {_seconds(each.first_answer):>14}"
                for each in self.recoveries
            ),
            "",
            f"{self.seconds:.0f} s in all ({self.sending_seconds:.0f} s until the last mail was"
            f" accepted), {self.per_second:.1f} mails and answers per second",
            *(f"BROKEN: {each}" for each in self.broken),
        ]
        return "\n".join(lines)


def judge(
    census: Census,
    *,
    planned: int,
    sent: Sequence[Sent],
    answers: Sequence[Answer],
    killed: Sequence[Killed],
    repeated: dict[str, int],
    troubles: Sequence[str],
    seconds: float,
    texts: TextReport,
    chats: ChatReport,
) -> Report:
    """The report of a run that took `seconds`; `troubles` are promises broken on the way."""
    copies = {each.number: census.copies[each.number] for each in sent}
    lost = [number for number, ids in copies.items() if not ids]
    doubled = [number for number, ids in copies.items() if ids.total() > 1]
    certain = [number for number in doubled if not census.is_uncertain(number)]
    seen = {each.number: census.answers[each.number] for each in answers}
    answers_lost = [number for number, found in seen.items() if not found]
    answers_doubled = [number for number, found in seen.items() if len(found) > 1]
    misplaced = [
        each.number
        for each in answers
        if seen[each.number] and set(census.on_trips[each.number]) != ({each.itinerary} - {None})
    ]
    broken = {
        "mails lost": lost,
        "mails doubled without being marked uncertain": certain,
        "mails that are not one message in the inbox under one Message-ID": [
            number
            for number, ids in copies.items()
            if len(census.messages[number]) != 1 or len(ids) > 1
        ],
        "mails whose delivery has no final status": [
            number
            for number in copies
            if any(each["status"] not in FINAL for each in census.deliveries(number))
        ],
        "answers lost": answers_lost,
        "answers doubled": answers_doubled,
        "answers in the wrong place": misplaced,
    }
    return Report(
        planned=planned,
        sent=len(sent),
        arrived=len(sent) - len(lost),
        lost=len(lost),
        duplicated=len(doubled),
        duplicated_certain=len(certain),
        uncertain=sum(map(census.is_uncertain, copies)),
        answers=len(answers),
        answers_seen=len(answers) - len(answers_lost),
        answers_lost=len(answers_lost),
        answers_duplicated=len(answers_doubled),
        answers_misplaced=len(misplaced),
        repeated=repeated,
        left=census.left,
        recoveries=[_recovery(each, census, sent, answers) for each in killed],
        sending_seconds=_between([each.begun for each in sent], [each.accepted for each in sent]),
        seconds=seconds,
        texts=texts,
        chats=chats,
        broken=[
            *troubles,
            *texts.broken,
            *chats.broken,
            *(
                f"{len(numbers)} {what}: {_named(numbers)}"
                for what, numbers in broken.items()
                if numbers
            ),
            *(f"{count} events left: {name}" for name, count in census.left.items() if count != 0),
            *_two_of_one(census),
        ],
    )


def _two_of_one(census: Census) -> list[str]:
    """Senders who became two contacts."""
    contacts: dict[str, set[str]] = {}
    for message in (each for found in census.answers.values() for each in found):
        contacts.setdefault(message["author_name"], set()).add(message["contact_id"])
    return [f"{name} is {len(ids)} contacts" for name, ids in contacts.items() if len(ids) > 1]


def _recovery(
    killed: Killed, census: Census, sent: Sequence[Sent], answers: Sequence[Answer]
) -> Recovery:
    mails = [
        _epoch(delivery["sent_at"])
        for each in sent
        if each.begun > killed.at
        for delivery in census.deliveries(each.number)
        if delivery["sent_at"]
    ]
    fetched = [
        _epoch(message["at"])
        for each in answers
        if each.accepted > killed.at
        for message in census.answers[each.number]
    ]
    return Recovery(
        killed.victim,
        round(killed.down, 2),
        round(killed.ready, 2),
        first_mail=round(min(mails) - killed.at, 2) if mails else None,
        first_answer=round(min(fetched) - killed.at, 2) if fetched else None,
    )


def _epoch(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def _between(begins: Sequence[float], ends: Sequence[float]) -> float:
    return max(ends) - min(begins) if begins else 0.0


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _named(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - NAMED} more" if len(numbers) > NAMED else ""
    return ", ".join(map(str, numbers[:NAMED])) + more
