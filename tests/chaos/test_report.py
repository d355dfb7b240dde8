"""The judge of a run: each promise, broken once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from scripts.chaos.answering import Answer
from scripts.chaos.census import Census
from scripts.chaos.chats import ChatCensus, Receipts, judge_chats
from scripts.chaos.killing import Killed
from scripts.chaos.report import Report, judge
from scripts.chaos.sending import Sent
from scripts.chaos.texting import TextCensus, judge_texts

SENT = [Sent(number, f"message-{number}", begun=number, accepted=number + 0.5) for number in (0, 1)]
ANSWERS = [Answer(0, "a@supplier.test", "trip", 3.0), Answer(1, "b@guest.test", None, 4.0)]
KILLED = Killed("inbox", at=0.5, down=0.1, ready=2.0)


def census() -> Census:
    """Everything as it should be."""
    found = Census(left={"outbox": 0, "failed": 0, "dead": 0})
    for number in (0, 1):
        found.copies[number] = Counter({f"<{number}@agency.test>": 1})
        found.messages[number] = [{"deliveries": [delivery()]}]
        found.answers[number] = [
            {"author_name": f"{number}", "contact_id": f"{number}", "at": "1970-01-01T00:00:05Z"}
        ]
    found.on_trips[0] = ["trip"]
    return found


def delivery(**changes: Any) -> dict[str, Any]:
    """A mail that was sent three seconds after the epoch."""
    usual = {"status": "sent", "sent_at": "1970-01-01T00:00:03Z", "uncertain_at": None}
    return usual | changes


def report_on(found: Census, *troubles: str) -> Report:
    return judge(
        found,
        planned=2,
        sent=SENT,
        answers=ANSWERS,
        killed=[KILLED],
        repeated={"503": 4},
        troubles=troubles,
        seconds=8.0,
        texts=judge_texts(TextCensus(), [], []),
        chats=judge_chats(ChatCensus(), [], [], receipted=[]),
    )


def test_a_good_run_breaks_nothing() -> None:
    report = report_on(census())
    assert report.broken == []
    assert (report.sent, report.arrived, report.lost, report.duplicated) == (2, 2, 0, 0)
    assert (report.answers, report.answers_seen, report.answers_misplaced) == (2, 2, 0)
    assert report.per_second == 0.5
    assert (report.recoveries[0].first_mail, report.recoveries[0].first_answer) == (2.5, 4.5)
    assert "BROKEN" not in report.text()


def _lose(found: Census) -> None:
    found.copies[1].clear()


def _double(found: Census) -> None:
    found.copies[0]["<0@agency.test>"] = 2


def _compose_twice(found: Census) -> None:
    found.messages[0] *= 2


def _rename(found: Census) -> None:
    found.copies[0]["<other@agency.test>"] = 1
    found.messages[0] = [{"deliveries": [delivery(uncertain_at="1970-01-01T00:00:02Z")]}]


def _leave_open(found: Census) -> None:
    found.messages[1] = [{"deliveries": [delivery(status="uncertain")]}]


def _lose_answer(found: Census) -> None:
    found.answers[0] = []


def _double_answer(found: Census) -> None:
    found.answers[1] *= 2


def _misplace(found: Census) -> None:
    found.on_trips[0] = ["other trip"]


def _place_stranger(found: Census) -> None:
    found.on_trips[1] = ["trip"]


def _split_contact(found: Census) -> None:
    found.answers[1][0]["author_name"] = "0"


def _leave_event(found: Census) -> None:
    found.left["dead"] = 1


def _hide_events(found: Census) -> None:
    found.left["outbox"] = None


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_lose, "1 mails lost: 1"),
        (_double, "doubled without being marked uncertain: 0"),
        (_compose_twice, "not one message"),
        (_rename, "under one Message-ID"),
        (_leave_open, "no final status: 1"),
        (_lose_answer, "answers lost: 0"),
        (_double_answer, "answers doubled: 1"),
        (_misplace, "wrong place: 0"),
        (_place_stranger, "wrong place: 1"),
        (_split_contact, "is 2 contacts"),
        (_leave_event, "1 events left: dead"),
        (_hide_events, "None events left: outbox"),
    ],
)
def test_each_promise_can_be_broken(spoil: Callable[[Census], None], words: str) -> None:
    found = census()
    spoil(found)
    report = report_on(found)
    assert len(report.broken) == 1
    assert words in report.broken[0]
    assert f"BROKEN: {report.broken[0]}" in report.text()


def test_a_mail_that_was_uncertain_may_come_twice() -> None:
    found = census()
    _double(found)
    found.messages[0] = [{"deliveries": [delivery(uncertain_at="1970-01-01T00:00:02Z")]}]
    report = report_on(found)
    assert report.broken == []
    assert (report.duplicated, report.duplicated_certain, report.uncertain) == (1, 0, 1)


def test_what_went_wrong_on_the_way_is_told() -> None:
    assert report_on(census(), "contacts ended by itself").broken == ["contacts ended by itself"]


def texts(copies: int, *statuses: str, heard: int = 1, told: bool = False) -> list[str]:
    """What is broken where the centre has so many copies of a text that fared so."""
    found = TextCensus(Counter({0: copies}), heard=Counter({0: heard}))
    found.told = {0} if told else set()
    found.messages[0] = [{"deliveries": [{"status": status}]} for status in statuses]
    return [each.partition(":")[0] for each in judge_texts(found, [0], [0]).broken]


def test_promises_of_texts() -> None:
    assert texts(1, "sent") == texts(1, "delivered") == texts(1, "uncertain") == []
    assert texts(0, "uncertain") == []
    assert texts(0, "sent") == ["1 texts lost"]
    assert texts(2, "uncertain") == ["1 texts sent twice"]  # a text is never sent again
    assert texts(1, "sent", "sent") == ["1 texts that are not one message in the inbox"]
    assert texts(1, "queued") == ["1 texts that have not come to an end"]
    assert texts(1, "sent", told=True) == ["1 texts whose receipt was lost"]
    assert texts(1, "delivered", told=True) == []
    assert texts(1, "sent", heard=0) == ["1 words lost"]
    assert texts(1, "sent", heard=2) == ["1 words heard twice"]


def chats(ids: list[str], *statuses: str, heard: int = 1, receipted: bool = False) -> list[str]:
    found = ChatCensus(copies={0: Counter(ids)}, heard=Counter({0: heard}))
    found.messages[0] = [{"deliveries": [{"status": status}]} for status in statuses]
    judged = judge_chats(found, [0], [0], receipted=[0] if receipted else [])
    return [each.partition(":")[0] for each in judged.broken]


def test_promises_of_chats() -> None:
    assert chats(["A"], "sent") == chats(["A"], "read") == chats(["A"], "uncertain") == []
    assert chats([], "uncertain") == []
    assert chats([], "sent") == ["1 chats lost"]
    assert chats(["A", "A"], "sent") == []  # the client brought it again, under its id
    assert chats(["A", "B"], "uncertain") == ["1 chats sent twice"]
    assert chats(["A"], "sent", "sent") == ["1 chats that are not one message in the inbox"]
    assert chats(["A"], "queued") == ["1 chats that have not come to an end"]
    assert chats(["A"], "delivered", receipted=True) == [
        "1 chats that were read and are not shown so"
    ]
    assert chats(["A"], "sent", heard=0) == ["1 remarks lost"]
    assert chats(["A"], "sent", heard=2) == ["1 remarks heard twice"]


def test_a_status_that_goes_back_is_seen() -> None:
    receipts = Receipts()
    for status in ("queued", "uncertain", "read", "delivered"):
        assert receipts.fallen == set()
        receipts.see(0, [status])
    assert receipts.fallen == {0}
