"""Publisher confirms: however the broker puts them, who waits learns what became of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import eventlet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.bus import confirms
from fairlead.bus.confirms import Confirms

pytestmark = pytest.mark.green


@dataclass(frozen=True)
class Word:
    """What a broker says of one message, or of all that it has said nothing of up to it."""

    tag: int
    multiple: bool
    taken: bool


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[int], list[Word]]:
    """Sizes of batches, and words on each of their messages in any order a broker may use."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    left = set(range(1, sum(sizes) + 1))
    words = []
    while left:
        tag = draw(st.sampled_from(sorted(left)))
        word = Word(tag, draw(st.booleans()), draw(st.booleans() | st.just(True)))
        words.append(word)
        left -= {each for each in left if each <= tag} if word.multiple else {tag}
    return sizes, words


def fates(count: int, words: list[Word]) -> dict[int, bool]:
    """What became of each message."""
    found: dict[int, bool] = {}
    for word in words:
        about = range(1, word.tag + 1) if word.multiple else [word.tag]
        for tag in about:
            found.setdefault(tag, word.taken)
    assert len(found) == count
    return found


@given(conversations())
def test_each_batch_learns_its_own_fate_and_not_before(
    conversation: tuple[list[int], list[Word]],
) -> None:
    sizes, words = conversation
    found, answers = fates(sum(sizes), words), Confirms()
    batches = []
    for size in sizes:
        first = answers.sent + 1
        answers.sent += size
        batches.append((first, answers.sent, eventlet.spawn(answers.wait, first, answers.sent)))
    eventlet.sleep(0)
    said: set[int] = set()
    for word in words:
        (answers.acked if word.taken else answers.nacked)(word.tag, word.multiple)
        said |= set(range(1, word.tag + 1)) if word.multiple else {word.tag}
        eventlet.sleep(0)
        eventlet.sleep(0)
        for _, last, waiting in batches:
            assert waiting.dead == (said >= set(range(1, last + 1)))
    for first, last, waiting in batches:
        assert waiting.wait() == all(found[tag] for tag in range(first, last + 1))
    assert answers._refused == set()
    assert answers._ahead == set()


def test_a_line_that_is_lost_is_told_to_all_who_wait() -> None:
    answers = Confirms()
    answers.sent = 4
    waiting = [eventlet.spawn(answers.wait, 1, 2), eventlet.spawn(answers.wait, 3, 4)]
    eventlet.sleep(0)
    answers.acked(2, True)
    answers.broken()
    with pytest.raises(ConnectionError):
        waiting[1].wait()
    with pytest.raises(ConnectionError):
        answers.wait(3, 4)


def test_a_broker_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirms, "CONFIRM_SECONDS", 0.05)
    answers = Confirms()
    answers.sent = 1
    with pytest.raises(TimeoutError):
        answers.wait(1, 1)
