"""Everything is killed once while messages go both ways: nothing is lost, nothing comes twice."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.chaos.plan import VICTIMS, Plan
from scripts.chaos.run import run

PLAN = Plan(mails=120, answers=30, texts=80, words=30, chats=40, remarks=30, trips=6, seed=5)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, which the servers' users may not enter."""
    with tempfile.TemporaryDirectory(prefix="fairlead-chaos-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.servers
@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(os.geteuid() != 0, reason="Postfix runs only as root")
def test_nothing_is_lost_and_nothing_comes_twice(folder: Path) -> None:
    report = run(PLAN, folder, print)
    print(report.text())
    assert not report.broken
    assert (report.sent, report.arrived, report.lost) == (PLAN.mails, PLAN.mails, 0)
    assert (report.answers, report.answers_seen) == (PLAN.answers, PLAN.answers)
    assert report.duplicated_certain == report.answers_duplicated == 0
    texts = report.texts
    assert (texts.sent, texts.words, texts.words_heard) == (PLAN.texts, PLAN.words, PLAN.words)
    assert texts.doubled == 0
    assert texts.sent - texts.arrived <= texts.uncertain
    chats = report.chats
    assert (chats.sent, chats.remarks, chats.remarks_heard) == (
        PLAN.chats, PLAN.remarks, PLAN.remarks,
    )  # fmt: skip
    assert chats.doubled == 0
    assert chats.sent - chats.arrived <= chats.uncertain
    assert {each.victim for each in report.recoveries} == set(VICTIMS)


def test_a_plan_kills_everyone_in_turn_while_mail_flows() -> None:
    plan = Plan(rounds=2, seed=5)
    kills = plan.kills()
    assert kills == plan.kills()
    assert sorted(each.victim for each in kills) == sorted(VICTIMS * 2)
    shares = [share for each in kills for share in (each.share, each.during, each.until)]
    assert shares == sorted(shares)
    assert shares[0] > 0
    assert shares[-1] < 1
