"""Whose turn it is in a conversation, and how long the other side waits (mission D4).

The messages that count make turns: theirs, or ours by a person or the assistant (architecture,
"Meanings settled"). Everything here is said of the set of turns in the order of their places, so
it does not matter in which order they arrive.

A person may say by hand that an answer is owed, or that none is. Such a mark stands after the last
turn that was known then, and holds until a later one.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from contracts.channels import AutomaticKind
from contracts.inbox import AuthorKind, ConversationState, Direction, WaitEnd

Place: TypeAlias = tuple[dt.datetime, UUID]
"""Where something stands among the messages of a conversation: its moment and its id."""

BEGINNING: Place = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), UUID(int=0))
"""Before every message."""


class Side(enum.Enum):
    """Whose turn a message is."""

    THEIRS = "theirs"
    PERSON = "person"
    ASSISTANT = "assistant"


ENDS = {Side.PERSON: WaitEnd.PERSON, Side.ASSISTANT: WaitEnd.ASSISTANT}


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that counts; `user_id` is the person's of ours who wrote it."""

    place: Place
    side: Side
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person said by hand, at a moment, of everything up to the place `after`."""

    after: Place
    state: ConversationState
    at: dt.datetime
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """A wait: from the first turn of theirs that was not answered, to the first answer."""

    first: Place
    ended_at: dt.datetime | None = None
    ended_by: WaitEnd | None = None
    answer_id: UUID | None = None
    user_id: UUID | None = None


def side(
    direction: Direction,
    author: AuthorKind,
    automatic: AutomaticKind,
    *,
    imported: bool,
    by_system: bool = False,
) -> Side | None:
    """Whose turn a message is; None for one that counts for neither side.

    Imported history, out-of-office replies, newsletters, what a rule sent, and what a system's
    address (a mailer daemon) wrote `by_system` are nobody's turn.
    """
    if imported:
        return None
    if direction is Direction.IN:
        return None if by_system or automatic is not AutomaticKind.NONE else Side.THEIRS
    return {AuthorKind.USER: Side.PERSON, AuthorKind.ASSISTANT: Side.ASSISTANT}.get(author)


def state(last: Turn | None, mark: Mark | None) -> ConversationState:
    """What a conversation is after its `last` turn; `mark` is the latest one by hand."""
    if mark is not None and (last is None or last.place <= mark.after):
        return mark.state
    owed = last is not None and last.side is Side.THEIRS
    return ConversationState.ATTENTIVE if owed else ConversationState.ANSWERED


def spells(turns: Iterable[Turn], marks: Iterable[Mark]) -> list[Spell]:
    """The waits among `turns`, the earliest first; only the last one can be open.

    Of several marks at one place the latest counts: who takes back his "nothing is owed" lets the
    wait go on as if he had not said it.
    """
    said = _latest(marks)
    found: list[Spell] = []
    first: Place | None = None
    for turn in sorted(turns, key=lambda turn: turn.place):
        if turn.side is Side.THEIRS:
            first = first or turn.place
        elif first is not None:
            found.append(_answered(first, turn))
            first = None
        mark = said.get(turn.place)
        if mark is not None and first is not None and mark.state is ConversationState.ANSWERED:
            found.append(_set_aside(first, mark))
            first = None
    if first is not None:
        found.append(Spell(first))
    return found


def _latest(marks: Iterable[Mark]) -> Mapping[Place, Mark]:
    return {mark.after: mark for mark in sorted(marks, key=lambda mark: mark.at)}


def _answered(first: Place, turn: Turn) -> Spell:
    moment, answer_id = turn.place
    return Spell(first, moment, ENDS[turn.side], answer_id, turn.user_id)


def _set_aside(first: Place, mark: Mark) -> Spell:
    # A provider's clock may be ahead of ours; no wait ends before it began.
    return Spell(first, max(mark.at, first[0]), WaitEnd.HAND, None, mark.user_id)
