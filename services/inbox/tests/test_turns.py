"""Whose turn it is, and the waits that follow from it."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.channels import AutomaticKind
from contracts.inbox import AuthorKind, ConversationState, Direction, WaitEnd
from inbox.domain.turns import BEGINNING, Mark, Place, Side, Spell, Turn, side, spells, state
from inbox.testing import NOW

THEIRS, PERSON, ASSISTANT = Side.THEIRS, Side.PERSON, Side.ASSISTANT
ATTENTIVE, ANSWERED = ConversationState.ATTENTIVE, ConversationState.ANSWERED


def place(minute: int) -> Place:
    return NOW + dt.timedelta(minutes=minute), UUID(int=minute + 1)


def turn(minute: int, whose: Side) -> Turn:
    return Turn(place(minute), whose)


def mark(minute: int, wanted: ConversationState, said: int = 0) -> Mark:
    return Mark(place(minute), wanted, NOW + dt.timedelta(minutes=minute, seconds=30 + said))


def test_what_counts_for_whom() -> None:
    none = AutomaticKind.NONE
    assert side(Direction.IN, AuthorKind.CONTACT, none, imported=False) is THEIRS
    assert side(Direction.OUT, AuthorKind.USER, none, imported=False) is PERSON
    assert side(Direction.OUT, AuthorKind.ASSISTANT, none, imported=False) is ASSISTANT
    assert side(Direction.OUT, AuthorKind.RULE, none, imported=False) is None
    assert side(Direction.IN, AuthorKind.CONTACT, none, imported=True) is None
    assert side(Direction.OUT, AuthorKind.USER, none, imported=True) is None
    assert side(Direction.IN, AuthorKind.CONTACT, none, imported=False, by_system=True) is None
    for kind in (AutomaticKind.AUTO_REPLY, AutomaticKind.BULK):
        assert side(Direction.IN, AuthorKind.CONTACT, kind, imported=False) is None


def test_a_wait_runs_from_the_first_unanswered_to_the_first_answer() -> None:
    turns = [turn(0, PERSON), turn(1, THEIRS), turn(2, THEIRS), turn(3, ASSISTANT), turn(4, PERSON)]
    assert spells(turns, []) == [Spell(place(1), place(3)[0], WaitEnd.ASSISTANT, place(3)[1])]


def test_a_wait_that_nobody_answered_is_open() -> None:
    turns = [turn(1, THEIRS), turn(2, PERSON), turn(3, THEIRS), turn(4, THEIRS)]
    assert spells(turns, [])[1:] == [Spell(place(3))]


def test_said_by_hand_it_ends_and_goes_on_when_that_is_taken_back() -> None:
    turns = [turn(1, THEIRS), turn(2, THEIRS)]
    aside = mark(2, ANSWERED)
    assert spells(turns, [aside]) == [Spell(place(1), aside.at, WaitEnd.HAND)]
    assert spells(turns, [aside, mark(2, ATTENTIVE, said=5)]) == [Spell(place(1))]
    later = [*turns, turn(3, THEIRS)]
    assert spells(later, [aside])[1:] == [Spell(place(3))]


def test_no_wait_ends_before_it_began() -> None:
    ahead = Mark(place(9), ANSWERED, NOW)
    [spell] = spells([turn(9, THEIRS)], [ahead])
    assert spell.ended_at == place(9)[0]


def test_the_state_by_hand_holds_until_the_next_turn() -> None:
    assert state(None, None) is ANSWERED
    assert state(turn(1, THEIRS), None) is ATTENTIVE
    assert state(turn(1, ASSISTANT), None) is ANSWERED
    assert state(turn(1, THEIRS), mark(1, ANSWERED)) is ANSWERED
    assert state(turn(2, THEIRS), mark(1, ANSWERED)) is ATTENTIVE
    assert state(turn(2, PERSON), mark(2, ATTENTIVE)) is ATTENTIVE
    assert state(None, Mark(BEGINNING, ATTENTIVE, NOW)) is ATTENTIVE


sides = st.lists(st.sampled_from(list(Side)), max_size=12)
said = st.lists(st.tuples(st.integers(0, 11), st.sampled_from(list(ConversationState))), max_size=4)


@given(sides, said, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    whose: list[Side], marked: list[tuple[int, ConversationState]], chance: random.Random
) -> None:
    turns = [turn(minute, each) for minute, each in enumerate(whose)]
    marks = [mark(minute, wanted, number) for number, (minute, wanted) in enumerate(marked)]
    expected = spells(turns, marks)
    chance.shuffle(turns)
    chance.shuffle(marks)
    assert spells(turns, marks) == expected


@given(sides)
def test_waits_never_touch_and_begin_with_a_turn_of_theirs(whose: list[Side]) -> None:
    turns = {place(minute): Turn(place(minute), each) for minute, each in enumerate(whose)}
    found = spells(turns.values(), [])
    for spell in found:
        assert turns[spell.first].side is THEIRS
        before = [each for at, each in turns.items() if at < spell.first]
        assert not before or before[-1].side is not THEIRS
    for one, other in itertools.pairwise(found):
        assert one.ended_at is not None
        assert one.ended_at < other.first[0]
    owed = bool(whose) and whose[-1] is THEIRS
    assert (bool(found) and found[-1].ended_at is None) == owed


@pytest.mark.parametrize("wanted", list(ConversationState))
def test_a_mark_before_every_turn_is_no_wait(wanted: ConversationState) -> None:
    assert spells([], [Mark(BEGINNING, wanted, NOW)]) == []
