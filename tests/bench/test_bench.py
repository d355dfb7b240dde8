"""That `make bench` still runs: each pair in a tiny size. What it measures then means nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.bench import table
from scripts.bench.ground import Ground
from scripts.bench.pairs import PAIRS, Sizes
from scripts.bench.rounds import Ratio, alternate
from scripts.servers.postgresql import PostgreSQL
from scripts.servers.rabbitmq import RabbitMQ

TINY = Sizes(
    rounds=1,
    call_seconds=0.2,
    events=30,
    mails=4,
    few_messages=400,
    many_messages=800,
    few_contacts=100,
    many_contacts=200,
    few_itineraries=60,
    many_itineraries=120,
    requests=5,
    imported=150,
    texts=10,
    texts_singly=2,
    conversations=100,
    long_conversation=60,
    jasmin=False,
)


@pytest.fixture
def ground(tmp_path: Path, rabbitmq: RabbitMQ, postgresql: PostgreSQL) -> Iterator[Ground]:
    """The servers that all tests share, and a mail server."""
    with Ground(tmp_path, rabbitmq=rabbitmq, postgresql=postgresql) as ground:
        yield ground


@pytest.mark.servers
@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(
            pair,
            marks=pytest.mark.skipif(
                pair == "mail" and os.geteuid() != 0, reason="Postfix runs only as root"
            ),
        )
        for pair in PAIRS
    ],
)
def test_each_pair_runs(ground: Ground, pair: str) -> None:
    ratios = PAIRS[pair](ground, TINY)
    for ratio in ratios:
        assert len(ratio.ours) == len(ratio.theirs) == TINY.rounds
        assert min(*ratio.ours, *ratio.theirs) > 0
    assert ratios
    assert all(ratio.what in table.text(ratios) for ratio in ratios)


def test_sides_take_turns_and_the_first_round_does_not_count() -> None:
    asked: list[str] = []

    def measure(name: str) -> float:
        asked.append(name)
        return float(len(asked))

    found = alternate({"ours": lambda: measure("a"), "theirs": lambda: measure("b")}, rounds=2)
    assert asked == ["a", "b"] * 3
    assert found == {"ours": [3.0, 5.0], "theirs": [4.0, 6.0]}


@pytest.mark.parametrize(
    ("reach", "most", "reached"), [(0.5, False, True), (0.6, False, False), (0.5, True, True)]
)
def test_a_ratio_is_the_median_of_the_rounds(reach: float, most: bool, reached: bool) -> None:
    ratio = Ratio("x", "y", "z/s", [1, 2, 9], [2, 4, 9], reach=reach, most=most)
    assert ratio.median == 0.5
    assert ratio.reached is reached


def test_the_table_says_what_was_not_reached() -> None:
    missed = Ratio("mails", "smtplib", "mails/s", [40.0], [200.0], reach=0.8, notes=("why",))
    text = table.text([missed])
    assert "0.20" in text
    assert "≥ 0.8" in text
    assert "NOT reached" in text
    assert "why" in text
